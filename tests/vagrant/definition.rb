# As much of Vagrant as the Vagrantfile uses: it tells what it was told.

# Takes whatever is set, and remembers it.
class Settings
  def initialize
    @said = {}
  end

  def method_missing(name, *arguments, **named, &block)
    key = name.to_s.delete_suffix("=").to_sym
    return @said[key] ||= Settings.new if arguments.empty? && named.empty? && !block
    @said[key] = arguments.empty? ? named : arguments.first
  end

  def respond_to_missing?(*) = true
end

# One machine.
class Machine < Settings
  attr_reader :address, :mask, :size, :login

  def vm = self

  def network(_kind, ip:, netmask:)
    @address, @mask = ip, netmask
  end

  def provider(name)
    said = Settings.new
    override = Settings.new
    yield(*(name == "libvirt" ? [said, override] : [said]))
    sizes = [said.memory, said.cpus]
    raise "the providers do not agree" unless (@size ||= sizes) == sizes
  end

  def provision(_kind, args:, **)
    @login = args
  end
end

# All of them.
class Configuration < Settings
  def vm = (@vm ||= Machines.new)
end

class Machines < Settings
  def machines = (@machines ||= {})

  def define(name)
    yield(machines[name] = Machine.new)
  end
end

module Vagrant
  def self.configure(_version)
    yield(configuration = Configuration.new)
    configuration.vm.machines.sort.each do |name, machine|
      user, keys = machine.login
      puts [name, machine.address, machine.mask, *machine.size, user, keys.lines.map(&:strip).join(", ")].join(" ")
    end
  end
end

load ARGV.fetch(0)
