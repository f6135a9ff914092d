#!/usr/bin/env bash
# Applies the kernel settings and the limit of open files that N connections on this host need, and can undo it.
#
#   ops/sysctl/apply.sh [--target N] --dry-run   shows what would change, as a diff; changes nothing, needs no root
#   ops/sysctl/apply.sh [--target N]             writes the files, loads the values, reads each back
#   ops/sysctl/apply.sh --undo                   restores the values and files of before the first apply
#   ops/sysctl/apply.sh [--target N] --print     prints both files for an idle host with N connections
#
# N is 100000 unless told otherwise. What to set, and why, stands in ops/sysctl/99-fanfare.conf and ops/limits/99-fanfare.conf;
# the formulas there are worked out for N. A value that suffices is left alone and none is ever lowered. Installed are only the
# lines that raise something: /etc/sysctl.d/99-fanfare.conf, /etc/security/limits.d/99-fanfare.conf. What was there before is kept
# in /var/lib/fanfare/apply until --undo.
#
# Exit code 0: what the connections need is there; advice that this host does not let us follow is only mentioned. 1: something
# required is missing, because a container or virtual machine forbids it. 2: bad command line, or not root.
# --root DIR works on the files of another root, for tests and images.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=100000 action='' root='' failed=false
most=9223372036854775807

usage() { sed -n '2,/^set /{ /^set /d; s/^# \{0,1\}//p; }' "$0"; }
refuse() {
  echo "apply.sh: $*" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --target)
      if ! [[ ${2:-} =~ ^[1-9][0-9]{0,7}$ ]] || [ "$2" -gt 10000000 ]; then refuse "--target takes a number of connections from 1 to 10000000"; fi
      target=$2
      shift
      ;;
    --dry-run | --undo | --print)
      # --dry-run --undo must not undo.
      [ -z "$action" ] || refuse "--$action and $1 exclude each other"
      action=${1#--}
      ;;
    --root)
      [ -d "${2:-}" ] || refuse "--root takes a folder"
      root=${2%/}
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) refuse "unknown option '$1'; see --help" ;;
  esac
  shift
done

action=${action:-apply}
state=$root/var/lib/fanfare/apply
sysctl_file=/etc/sysctl.d/99-fanfare.conf
limits_file=/etc/security/limits.d/99-fanfare.conf
if [ -z "$root" ] && [ "$(id -u)" != 0 ] && [[ $action =~ ^(apply|undo)$ ]]; then
  refuse "only root may change kernel settings; --dry-run shows them to anybody"
fi

# --- what the files ask for -------------------------------------------------------------------------------------------------------

keys=() levels=() needs=() values=() reasons=()

worked_out() { # FORMULA IN_USE ; N and IN_USE are names in it
  [[ $1 =~ ^(N|IN_USE|[0-9]+|[-+*/ ])+$ ]] || refuse "cannot work out '$1'"
  # shellcheck disable=SC2034 # used in the arithmetic
  local N=$target IN_USE=$2
  echo $(($1))
}

# Reads a file: for each setting its key, level, need, value and the comment above it. IN_USE is 0 with --print.
read_settings() { # FILE
  local line reason='' rule='' key
  while IFS= read -r line; do
    case $line in
      '#: '*) rule=${line#\#: } reason+=$line$'\n' ;;
      '#'*) reason+=$line$'\n' ;;
      '') reason='' ;;
      *)
        key=${line%% = *}
        if [[ $line == '* '*nofile* ]]; then key=nofile; fi
        if [ -n "$rule" ]; then add_setting "$key" "$rule" "$reason"; fi
        rule=''
        ;;
    esac
  done <"$1"
}

add_setting() { # KEY RULE REASON ; the rule is: LEVEL: FORMULA[ | FORMULA...][, at least NUMBER]
  local formulas=${2#*: } least=0 formula need value in_use=0 all_needs='' all_values=''
  if [[ $formulas == *', at least '* ]]; then
    least=${formulas##*, at least }
    formulas=${formulas%, at least *}
  fi
  if [ "$action" != print ]; then in_use=$(in_use_of "${1#-}"); fi
  while IFS= read -r formula; do
    need=$(worked_out "$formula" "$in_use")
    value=$need
    if [[ $formula == *N* ]]; then value=$(((need + 1023) / 1024 * 1024)); fi
    if [ "$value" -lt "$least" ]; then value=$least; fi
    all_needs+=" $need" all_values+=" $value"
  done <<<"${formulas// | /$'\n'}"
  keys+=("$1") levels+=("${2%%:*}") needs+=("${all_needs# }") values+=("${all_values# }") reasons+=("$3")
}

in_use_of() { # KEY ; what the host uses of it now
  local file=''
  case $1 in
    fs.file-max) file=$root/proc/sys/fs/file-nr ;;
    net.netfilter.nf_conntrack_max) file=$root/proc/sys/net/netfilter/nf_conntrack_count ;;
  esac
  if [ -r "$file" ]; then awk '{ print $1 + 0; exit }' "$file"; else echo 0; fi
}

# --- what the host has ------------------------------------------------------------------------------------------------------------

path_of() { echo "$root/proc/sys/${1//.//}"; } # KEY

has() { # KEY ; its value with single blanks, or nothing where it does not exist
  local text=''
  if [ "$1" = nofile ]; then
    text=$(awk '/^Max open files/ { print $5 }' "$root/proc/self/limits" 2>/dev/null) || true
    echo "${text/unlimited/$most}"
  else
    { read -r text <"$(path_of "$1")"; } 2>/dev/null || true
    set -f
    # shellcheck disable=SC2086 # tabs to blanks
    echo $text
    set +f
  fi
}

number() { # TEXT ; old kernels have figures that bash has not
  if ! [[ $1 =~ ^[0-9]+$ ]]; then echo 0; elif [ ${#1} -gt 18 ]; then echo "$most"; else echo "$1"; fi
}

each_at_least() { # HAVE WANT ; both lists
  local -a have want
  local i
  read -ra have <<<"$1"
  read -ra want <<<"$2"
  for i in "${!want[@]}"; do
    [ "$(number "${have[i]:-0}")" -ge "${want[i]}" ] || return 1
  done
}

larger_of_each() { # HAVE WANT
  local -a have want
  local i out=''
  read -ra have <<<"$1"
  read -ra want <<<"$2"
  for i in "${!want[@]}"; do
    if [ "$(number "${have[i]:-0}")" -gt "${want[i]}" ]; then out+=" ${have[i]}"; else out+=" ${want[i]}"; fi
  done
  echo "${out# }"
}

ours() { # KEY ; did an earlier apply raise it, or does the installed file set it?
  grep -qs "^$1"$'\t' "$state/values" || grep -qs "^-\?${1//./\\.} = " "$root$sysctl_file"
}

# --- the files --------------------------------------------------------------------------------------------------------------------

printed() { # FILE ; as it stands in the repository, for this target
  local i=0 line
  while IFS= read -r line; do
    case $line in
      '#'*) sed -E "/N = 100000/s/100000/$target/" <<<"$line" ;;
      '') echo ;;
      *nofile*) echo "${line% *} $(value_of nofile)" ;;
      *) echo "${line%% = *} = $(value_of "${line%% = *}")" ;;
    esac
  done <"$1"
}

value_of() { # KEY
  local i
  for i in "${!keys[@]}"; do if [ "${keys[i]}" = "$1" ]; then echo "${values[i]}"; fi; done
}

block() { # KEY_AS_IN_FILE VALUE REASON
  printf '\n%s%s = %s\n' "$3" "$1" "$2"
}

note() { printf '%-10s %-32s %s\n' "$1" "$2" "$3"; }

require() { # LEVEL
  if [ "$1" = required ]; then failed=true; fi
}

install_file() { # FILE TEXT_FILE ; keeps what was there the first time
  local to=$root$1 kept
  kept=$state/$(basename "$(dirname "$1")")
  if [ ! -e "$kept.absent" ] && [ ! -e "$kept.before" ]; then
    if [ -e "$to" ]; then cp -p "$to" "$kept.before"; else : >"$kept.absent"; fi
  fi
  if [ -e "$to" ] && cmp -s "$2" "$to"; then return 0; fi
  mkdir -p "$(dirname "$to")"
  cp "$2" "$to"
  chmod 644 "$to"
  note written "$1" "$(grep -c '^[^#]' "$to") lines"
}

overruled() { # KEY ; a file that is read later and sets it too wins at boot
  local file
  for file in "$root"/etc/sysctl.d/*.conf "$root/etc/sysctl.conf"; do
    if [ -f "$file" ] && { [ "$file" = "$root/etc/sysctl.conf" ] || [[ ${file##*/} > 99-fanfare.conf ]]; } \
      && grep -qE "^[[:space:]]*-?${1//./[./]}[[:space:]]*=" "$file"; then
      note warning "$1" "also set in ${file#"$root"}, which is read later and wins at the next boot"
      return 0
    fi
  done
}

# --- actions ----------------------------------------------------------------------------------------------------------------------

# Fills $tmp/have and $tmp/want with all settings, and $tmp/sysctl and $tmp/limits with the files to install.
plan() {
  local i key have wanted bound=$most installed
  head_of "$here/99-fanfare.conf" >"$tmp/sysctl"
  for i in "${!keys[@]}"; do
    key=${keys[i]#-}
    [ "$key" != nofile ] || continue
    have=$(has "$key")
    if [ -z "$have" ]; then
      note absent "$key" "not on this host" >>"$tmp/remarks"
      continue
    fi
    wanted=$have
    if ! each_at_least "$have" "${needs[i]}"; then wanted=$(larger_of_each "$have" "${values[i]}"); fi
    if [ "$wanted" != "$have" ] || ours "$key"; then block "${keys[i]}" "$wanted" "${reasons[i]}" >>"$tmp/sysctl"; fi
    echo "$key = $have" >>"$tmp/have"
    echo "$key = $wanted" >>"$tmp/want"
    if [ "$key" = fs.nr_open ]; then bound=$(number "$wanted"); fi
  done
  grep -q '^[^#]' "$tmp/sysctl" || rm "$tmp/sysctl"
  have=$(has nofile) i=$((${#keys[@]} - 1)) # the limits are read last
  # Not above what the kernel takes, not below what an earlier apply has installed.
  if [ "${values[i]}" -gt "$bound" ] && [ "${needs[i]}" -le "$bound" ]; then values[i]=$bound; fi
  installed=$(awk '/^root hard nofile [0-9]+$/ { print $4 }' "$root$limits_file" 2>/dev/null) || true
  if [ "${installed:-0}" -gt "${values[i]}" ]; then values[i]=$installed; fi
  echo "nofile, hard limit = $have" >>"$tmp/have"
  wanted=$have
  if [ "$(number "$have")" -lt "${needs[i]}" ]; then wanted=${values[i]}; fi
  echo "nofile, hard limit = $wanted" >>"$tmp/want"
  if [ "$wanted" != "$have" ] || [ -e "$root$limits_file" ]; then printed "$here/../limits/99-fanfare.conf" >"$tmp/limits"; fi
}

head_of() { # FILE ; its first comment
  sed -E "/^$/q; /N = 100000/s/100000/$target/" "$1" | sed '/^$/d; s/^# ops.sysctl.check compares.*/# Only what had to be raised on this host./'
}

dry_run() {
  echo "What $target connections need; lines without a sign suffice as they are."
  diff -U 99 --label 'this host' --label "wanted for $target connections" "$tmp/have" "$tmp/want" || true
  if cmp -s "$tmp/have" "$tmp/want"; then sed 's/^/ /' "$tmp/have"; fi
  cat "$tmp/remarks"
  difference sysctl "$sysctl_file"
  difference limits "$limits_file"
  echo "Nothing has been changed."
}

difference() { # NAME FILE
  local was=$root$2
  [ -e "$tmp/$1" ] || return 0
  [ -e "$was" ] || was=/dev/null
  diff -u --label "$2, now" --label "$2, wanted" "$was" "$tmp/$1" || true
}

apply() {
  local i key
  mkdir -p "$state"
  touch "$state/values"
  cat "$tmp/remarks"
  for i in "${!keys[@]}"; do
    key=${keys[i]#-}
    if [ "$key" != nofile ] && [ -n "$(has "$key")" ]; then load "$i" "$key"; fi
  done
  if [ -e "$tmp/sysctl" ]; then install_file "$sysctl_file" "$tmp/sysctl"; fi
  limit_open_files "$((${#keys[@]} - 1))"
  # Nothing done, nothing to undo.
  if [ ! -s "$state/values" ] && [ -z "$(find "$state" -name '*.before' -o -name '*.absent')" ]; then
    rm -r "$state"
    rmdir "${state%/*}" 2>/dev/null || true
  fi
  if $failed; then
    echo "apply.sh: something that $target connections require is not there; see the lines above"
    exit 1
  fi
  echo "apply.sh: all that $target connections require is there"
}

load() { # INDEX KEY
  local have wanted got
  have=$(has "$2")
  if each_at_least "$have" "${needs[$1]}"; then
    note enough "$2" "$have (needed ${needs[$1]})"
    return 0
  fi
  wanted=$(larger_of_each "$have" "${values[$1]}")
  grep -q "^$2"$'\t' "$state/values" || printf '%s\t%s\n' "$2" "$have" >>"$state/values"
  { echo "$wanted" >"$(path_of "$2")"; } 2>/dev/null || true
  got=$(has "$2")
  if [ "$got" = "$wanted" ]; then
    note set "$2" "$have -> $got"
    overruled "$2"
  else
    note forbidden "$2" "stays $got, ${levels[$1]} ${needs[$1]}: this container or machine does not let us set it"
    forget "$2" "$have" "$got"
    require "${levels[$1]}"
  fi
}

# A value that could not be set is neither installed nor restored later.
forget() { # KEY HAD HAS
  [ "$2" = "$3" ] || return 0
  sed -i "/^$1\t/d" "$state/values"
  [ -e "$tmp/sysctl" ] || return 0
  awk -v key="$1" 'BEGIN { RS = ""; ORS = "\n\n" } { last = $0; sub(/.*\n/, "", last); sub(/^-/, "", last); if (index(last, key " = ") != 1) print }' \
    "$tmp/sysctl" >"$tmp/without"
  sed '$d' "$tmp/without" >"$tmp/sysctl"
  grep -q '^[^#]' "$tmp/sysctl" || rm "$tmp/sysctl"
}

limit_open_files() { # INDEX
  local have value=${values[$1]} bound got
  have=$(has nofile)
  bound=$(number "$(has fs.nr_open)")
  if [ "$(number "$have")" -ge "${needs[$1]}" ]; then
    note enough "open files, hard limit" "$have (needed ${needs[$1]})"
    return 0
  fi
  # A limit that the kernel refuses would not only be useless: pam_limits then refuses every login.
  if [ "$bound" -gt 0 ] && [ "$value" -gt "$bound" ]; then
    note forbidden "open files, hard limit" "stays $have, required ${needs[$1]}: fs.nr_open is $bound"
    require "${levels[$1]}"
  elif [ -z "$root" ] && ! (ulimit -Hn "$value") 2>/dev/null; then
    note forbidden "open files, hard limit" "stays $have, required ${needs[$1]}: root may not raise it here (no CAP_SYS_RESOURCE)"
    require "${levels[$1]}"
  elif [ ! -d "$root${limits_file%/*}" ]; then
    note forbidden "open files, hard limit" "stays $have, required ${needs[$1]}: no ${limits_file%/*} here; use LimitNOFILE= or --ulimit nofile="
    require "${levels[$1]}"
  else
    install_file "$limits_file" "$tmp/limits"
    [ -z "$root" ] || return 0
    got=$(su root -s /bin/sh -c 'ulimit -Hn' 2>/dev/null) || got=nothing
    if [ "$got" = unlimited ] || { [[ $got =~ ^[0-9]+$ ]] && [ "$got" -ge "${needs[$1]}" ]; }; then
      note set "open files, hard limit" "$have -> $got in new login sessions; log in again"
    else
      note forbidden "open files, hard limit" "written, but a new session of root has $got: is pam_limits in /etc/pam.d?"
      require "${levels[$1]}"
    fi
  fi
}

undo() {
  local key value got
  if [ ! -d "$state" ]; then
    echo "apply.sh: nothing to undo"
    return 0
  fi
  while IFS=$'\t' read -r key value; do
    { echo "$value" >"$(path_of "$key")"; } 2>/dev/null || true
    got=$(has "$key")
    if [ "$got" = "$value" ]; then
      note restored "$key" "$got"
    else
      note failed "$key" "is $got, was $value"
      failed=true
    fi
  done < <(tac "$state/values")
  restore_file "$sysctl_file"
  restore_file "$limits_file"
  if $failed; then
    echo "apply.sh: not everything could be restored; what is left is in $state"
    exit 1
  fi
  rm -r "$state"
  rmdir "${state%/*}" 2>/dev/null || true
}

restore_file() { # FILE
  local kept
  kept=$state/$(basename "$(dirname "$1")")
  if [ -e "$kept.before" ]; then
    cp -p "$kept.before" "$root$1"
    note restored "$1" "as it was"
  elif [ -e "$kept.absent" ]; then
    rm -f "$root$1"
    note removed "$1" "was not there before"
  fi
}

if [ "$action" = undo ]; then
  undo
  exit 0
fi
read_settings "$here/99-fanfare.conf"
read_settings "$here/../limits/99-fanfare.conf"
if [ "$action" = print ]; then
  printed "$here/99-fanfare.conf"
  printed "$here/../limits/99-fanfare.conf"
  exit 0
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
touch "$tmp/have" "$tmp/want" "$tmp/remarks"
plan
if [ "$action" = dry-run ]; then dry_run; else apply; fi
