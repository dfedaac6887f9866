use crate::arguments::Command;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, command: Command) -> Result<Exit, Error> {
    match command {
        Command::Init(arguments) => super::init::run(program, &arguments),
        Command::Validate(arguments) => super::validate::run(program, &arguments),
        Command::Preflight(arguments) => super::preflight::run(program, &arguments),
        Command::Plan(arguments) => super::plan::run(program, &arguments),
        Command::Up(arguments) => super::up::run(program, &arguments),
        Command::Scale(arguments) => super::scale::run(program, &arguments),
        Command::Upgrade(arguments) => super::upgrade::run(program, &arguments),
        Command::Down(arguments) => super::down::run(program, &arguments),
        Command::Status(arguments) => super::status::run(program, &arguments),
        Command::Certs(arguments) => super::certs::run(program, &arguments.command),
        Command::Etcd(arguments) => super::etcd::run(program, &arguments.command),
        Command::Kubeconfig(arguments) => super::kubeconfig::run(program, &arguments),
        Command::Exec(arguments) => super::exec::run(program, &arguments),
        Command::Addons(arguments) => super::addons::run(program, &arguments.command),
        Command::Open(arguments) => super::open::run(program, &arguments),
        Command::Runs(arguments) => super::runs::run(program, &arguments.command),
        Command::Bundle(arguments) => super::bundle::run(program, &arguments.command),
        Command::Lab(arguments) => super::lab::run(program, &arguments.command),
        Command::EksToken(arguments) => super::eks_token::run(program, &arguments),
        Command::Schema => super::schema::run(program),
        Command::Completions(arguments) => super::completions::run(program, &arguments),
        Command::Man(arguments) => super::man::run(program, &arguments),
    }
}
