# Ways to look at the network from a host. Every function prints lines of its own, each in one write,
# so that all may run at the same time. For dash, bash and busybox ash, as root.
exec </dev/null 2>/dev/null
set +eu
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
listener=/run/provisioner/listener

# listen SECONDS PORT ... : stands on the ports for that long at most. systemd-socket-activate waits
# for the first connection and then becomes `sleep`, which keeps the sockets: the kernel goes on
# accepting connections.
listen() {
  seconds=$1
  shift
  command -v systemd-socket-activate >/dev/null || return
  mkdir -p "${listener%/*}"
  ports=$*
  for port in $ports; do
    set -- "$@" -l "$port"
    shift
  done
  timeout "$seconds" systemd-socket-activate "$@" sleep "$seconds" >/dev/null &
  echo $! >"$listener"
  for port in $ports; do
    tries=0
    until listens "$port"; do
      tries=$((tries + 1))
      [ $tries -lt 40 ] || continue 2
      sleep 0.05
    done
    printf 'listening %s\n' "$port"
  done
}

# proc(5): the local port in hexadecimal, state 0A.
listens() {
  grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F:]* 0A " /proc/net/tcp /proc/net/tcp6
}

end_listening() {
  [ -r "$listener" ] || return
  read -r pid <"$listener"
  read -r name <"/proc/$pid/comm" && [ "$name" = timeout ] && kill "$pid"
  # It ends when what it started has ended, and the ports are free then.
  tries=0
  while [ -d "/proc/$pid" ] && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.01
  done
  rm -f "$listener"
}

# ended PORT ...: those on which nobody listens any more.
ended() {
  for port in "$@"; do
    listens "$port" || printf 'ended %s\n' "$port"
  done
}

# path NAME ADDRESS PORT: a service that is being restarted refuses for a moment.
path() {
  outcome=unknown
  tries=0
  if command -v bash >/dev/null && command -v timeout >/dev/null; then
    while [ $tries -lt 4 ]; do
      said=$(timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$3" 2>&1)
      case $?,$said in
      0,*) outcome=open ;;
      124,*) outcome=timed-out ;;
      *refused*)
        outcome=refused
        tries=$((tries + 1))
        sleep 0.5
        continue
        ;;
      *) outcome=unreachable ;;
      esac
      break
    done
  fi
  printf 'path %s %s %s\n' "$1" "$3" "$outcome"
}

# neighbour ADDRESS: any packet makes the kernel ask who has the address, and the answer does not
# depend on what the other side thinks of the packet.
neighbour() {
  answer=unknown
  ip neigh flush to "$1"
  bash -c 'echo >"/dev/udp/$0/9"' "$1"
  tries=0
  while [ $tries -lt 15 ]; do
    tries=$((tries + 1))
    entry=$(ip neigh show to "$1")
    case $entry in
    *lladdr*)
      answer=${entry#*lladdr }
      answer=${answer%% *}
      break
      ;;
    *FAILED*)
      answer=silent
      break
      ;;
    *INCOMPLETE*) answer=silent ;;
    esac
    sleep 0.1
  done
  printf 'neighbour %s %s\n' "$1" "$answer"
}

# routers INTERFACE: VRRP advertisements, which come every second as a rule. Without tcpdump nft
# collects them, in a table that the kernel removes when nft ends, however it ends; the interface
# must take in their multicast address for that long.
routers() {
  if command -v tcpdump >/dev/null; then
    heard=$(timeout 1.5 tcpdump -l -nn -i "$1" 'ip proto 112')
    if [ $? -eq 124 ]; then
      printf 'routers tcpdump\n'
      printf '%s\n' "$heard" | sed -n 's/.* IP \([0-9.]*\) > .* vrid \([0-9]*\).*/vrrp \2 \1/p' |
        sort -u
      return
    fi
  fi
  command -v nft >/dev/null || return
  ip maddr add 01:00:5e:00:00:12 dev "$1"
  heard=$(
    {
      echo 'add table inet provisioner_probe { flags owner; }'
      echo 'add set inet provisioner_probe seen { typeof ip saddr . @th,8,8; flags dynamic; size 256; }'
      echo 'add chain inet provisioner_probe heard { type filter hook prerouting priority -400; }'
      echo 'add rule inet provisioner_probe heard meta l4proto 112 add @seen { ip saddr . @th,8,8 }'
      sleep 1.5
      echo 'list set inet provisioner_probe seen'
    } | HOME=/nonexistent nft -i
  )
  ip maddr del 01:00:5e:00:00:12 dev "$1"
  case $heard in
  *'set seen'*) ;;
  *) return ;;
  esac
  printf 'routers nft\n'
  printf '%s\n' "$heard" | grep -o '[0-9.]* \. 0x[0-9a-f]*' | while read -r from _ id; do
    printf 'vrrp %s %s\n' "$((id))" "$from"
  done
}

# registry URL [PROXY]
registry() {
  if command -v curl >/dev/null; then
    code=$(curl -sIL -o /dev/null -w '%{http_code}' --connect-timeout 3 -m 6 ${2:+--proxy "$2"} \
      -H 'Accept: application/vnd.oci.image.index.v1+json' \
      -H 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' \
      -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
      -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "$1")
    printf 'registry %s %s %s\n' "$?" "${code:-000}" "$1"
  else
    printf 'registry unknown 000 %s\n' "$1"
  fi
}

# etcd FOLDER URL: whether a member answers to the certificate in the folder, and whether a cluster's state
# is there (by its JSON gateway; the keys from /registry/ to /registry0).
etcd() {
  of=$1
  url=$2
  status=unknown
  said=
  found=
  data=unknown
  if command -v curl >/dev/null; then
    set -- -s --noproxy '*' --connect-timeout 3 -m 5 \
      --cacert "$of/ca.crt" --cert "$of/client.crt" --key "$of/client.key"
    said=$(curl "$@" "$url/health")
    status=$?
    [ "$status" -ne 0 ] || found=$(curl "$@" "$url/v3/kv/range" \
      -d '{"key": "L3JlZ2lzdHJ5Lw==", "range_end": "L3JlZ2lzdHJ5MA==", "limit": 1, "keys_only": true}')
    case $found in *'"count"'*) data=yes ;; *'"revision"'*) data=no ;; esac
  elif command -v openssl >/dev/null; then
    at=${url#https://}
    said=$(printf 'GET /health HTTP/1.0\r\nHost: %s\r\n\r\n' "$at" |
      timeout 5 openssl s_client -connect "$at" -quiet -ign_eof -verify_return_error \
        -CAfile "$of/ca.crt" -cert "$of/client.crt" -key "$of/client.key")
    status=0
    [ -n "$said" ] || status=openssl
  fi
  case $said in *'"health":"true"'* | *'"health":true'* | *'"health": "true"'*) health=yes ;; *) health=no ;; esac
  printf 'etcd %s %s %s %s\n' "$status" "$health" "$data" "$url"
}

clock() {
  answer=$(timeout 3 timedatectl show -p NTPSynchronized --value)
  printf 'synchronized %s\n' "${answer:-unknown}"
}
