#!/usr/bin/env bash
# make demo: the whole main job on one machine, against a mail server that
# catches everything. No message can leave: the only relay is that server, on
# the loopback. Leaves nothing running; the scratch folder stays for a look.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${PRESS_BUILD:-build}
work=$build/demo
conf=$work/press.conf
pids=()
stop() {
        for p in "${pids[@]}"; do
                kill "$p" 2>/dev/null || true
                wait "$p" 2>/dev/null || true
        done
        pids=()
}
trap stop EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() {
        printf '$ pressctl %s\n' "$*"
        "$build/pressctl" -c "$conf" "$@"
}
until_there() { # FILE: at most 5 s
        for _ in $(seq 100); do
                [ -e "$1" ] && return
                sleep 0.05
        done
        echo "demo: $1 did not appear" >&2
        exit 1
}

rm -rf "$work"
mkdir -p "$work"/{mail,returns/{new,cur,tmp}}

say "1. A mail server that catches everything, on a free port of the loopback"
"$build/tests/catcher" --port-file "$work/port" --maildir "$work/mail" --ledger "$work/ledger" \
        --name catcher.example >"$work/catcher.log" 2>&1 &
pids+=($!)
until_there "$work/port"
port=$(cat "$work/port")

cat >"$conf" <<CONF
database    = "$PWD/$work/press.db"
domain      = "press.ministry.example"
from        = "Trung tâm Thông tin <thongcao@ministry.example>"
reply_to    = "bao-chi@ministry.example"
return_path = "bounce+{tag}@ministry.example"
approval    = "none"
letterhead { ministry = "BỘ THÔNG TIN VÀ TRUYỀN THÔNG"  unit = "TRUNG TÂM THÔNG TIN"  place = "Hà Nội"
             contact = "Phòng Truyền thông, 024 0000 0000" }
relay "catcher" { url = "smtp://127.0.0.1:$port"  tls = "off" }
CONF
echo "listening on 127.0.0.1:$port; configuration: $conf"

say "2. A database, and the sample network in it"
run init
run book import tests/data/network.csv

say "3. The sender"
"$build/pressd" -c "$conf" 2>"$work/pressd.log" &
pids+=($!)
until_there "$work/press.db.sock"
tail -n 1 "$work/pressd.log"

say "4. A statement to all of them"
run send tests/data/statements/thong-cao.txt
run status 1 --watch --wait=15s

say "5. What the log says (three lines of it)"
"$build/pressctl" -c "$conf" log --release 1 >"$work/log.txt"
head -n 3 "$work/log.txt"

say "6. One caught letter"
# The catcher keeps the bytes; Python shows them as a mail program would.
letters=("$work"/mail/*.eml)
/usr/bin/python3 - "${letters[0]}" <<'PY'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
for h in ("From", "To", "Subject", "Date", "Message-ID"):
    print(f"{h}: {m[h]}")
print()
text = m.get_body(("plain",)).get_content()
print("\n".join(text.splitlines()[:24]))
print("[…]")
for a in m.iter_attachments():
    print(f"[{a.get_content_type()}] {a.get_filename()}, {len(a.get_content())} bytes")
PY

say "7. One letter is returned by a server behind the relay, another is confirmed by one"
# What a mail server would write; whose it is stands in the Message-ID of the letter it gives back.
report() { # ACTION STATUS LETTER "DIAGNOSTIC"
        local whom
        whom=$(sed -n 's/^To:.*<\(.*\)>.*/\1/p; /^\r*$/q' "$3")
        cat <<END
From: MAILER-DAEMON@mx.example
To: bounce@ministry.example
Subject: Delivery report
Date: $(date -R)
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="demo"

--demo
Content-Type: text/plain

What became of your message to $whom.

--demo
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; $whom
Action: $1
Status: $2
Diagnostic-Code: smtp; $4

--demo
Content-Type: text/rfc822-headers

$(sed -n '/^\r*$/q; p' "$3" | tr -d '\r')

--demo--
END
}
report failed 5.1.1 "${letters[0]}" "550 5.1.1 User unknown" | "$build/press-inbox" -c "$conf" --pipe \
        --maildir "$work/returns"
report delivered 2.0.0 "${letters[1]}" "250 2.0.0 Accepted" | "$build/press-inbox" -c "$conf" --pipe \
        --maildir "$work/returns"
run status 1
say "8. Whom to telephone now"
run calls 1

stop
say "Where to look further"
cat <<END
${#letters[@]} letters in $work/mail; the conversation's ledger: $work/ledger; the sender's log: $work/pressd.log
  $build/pressctl -c $conf status 1
  $build/pressctl -c $conf log --release 1 --who 'nhan dan'
  $build/pressctl -c $conf explain 1 ADDRESS
README.md tells how to go on: your own relay, a first message to yourself.
END
