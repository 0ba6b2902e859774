package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wrong is a command line that is wrong use.
type wrong struct {
	line string
	env  map[string]string
	want string // part of the line that says how to mend it
}

// wantWrongUse wants 2 and one line that says how to mend it, before anything is sent or written.
func wantWrongUse(t *testing.T, tests []wrong) {
	t.Helper()
	for _, tt := range tests {
		c := (&command{args: words(tt.line), env: tt.env}).do(t.Context())
		errs := c.err
		if strings.Contains(tt.line, "--turn-pass hunter2") { // its warning is a line of its own
			errs = errs[strings.LastIndex(strings.TrimSuffix(errs, "\n"), "\n")+1:]
		}
		switch {
		case c.code != ExitUsage || c.ran || c.out != "":
			t.Errorf("%s: exit %d, ran %v, stdout %q", tt.line, c.code, c.ran, c.out)
		case strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "echopath-cli: ") || !strings.Contains(errs, tt.want):
			t.Errorf("%s: want one line with %q, got %q", tt.line, tt.want, c.err)
		}
		for _, foreign := range []string{"strconv", "invalid syntax", "invalid argument", "parsing"} {
			if strings.Contains(c.err, foreign) {
				t.Errorf("%s: these are not our words: %q", tt.line, c.err)
			}
		}
		if strings.Contains(c.err, "hunter2") {
			t.Errorf("%s: the secret is in %q", tt.line, c.err)
		}
	}
}

// fileWith makes a file.
func fileWith(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrongUse(t *testing.T) {
	wantWrongUse(t, []wrong{
		{line: "chek", want: `did you mean "check"?`},
		{line: "frobnicate", want: "use check, loss, video, nat, host or version"},
		{line: "--target self", want: "a command comes first, for example echopath-cli check"},
		{line: "check --frobnicate", want: "echopath-cli check --help lists the flags"},
		{line: "check -x", want: "echopath-cli check --help lists the flags"},
		{line: "check --turn", want: "--turn needs a value"},
		{line: "check --quiet=perhaps", want: "write --quiet alone, without \"=perhaps\""},
		{line: "check --quiet=--json", want: "write --quiet alone, without \"=--json\""},
		{line: "check --help=abc", want: "write --help alone"},
		{line: "check direct", want: "commas between paths"},
		{line: "check --path direct stun", want: "commas between paths"},
		{line: "version now", want: "leave out"},
		{line: "check --json=", want: "leave the flag out"},
		{line: "check --path nowhere", want: "use direct, stun, relay-udp"},
		{line: "check --path=", want: "leave the flag out"},
		{line: "check --ip 5", want: "use auto, 4 or 6"},
		{line: "check --interface nosuch0", want: "use one of"},
		{line: "check --target moon", want: `--target "moon" is not a target: use self, turn or an invite`},
		{line: "check --target turn", want: "add --turn"},
		{line: "check --target self --turn turn:a.example", want: "use --target turn"},
	})
}

func TestWrongUseOfServers(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string { return fileWith(t, dir, name, text) }
	pass, empty, notPEM := file("pass", "hunter2\n"), file("empty", "\nhunter2"), file("no.pem", "hello")
	const server = "check --turn turn:turn.example.com "
	const tls = "check --turn turns:turn.example.com --turn-user u --turn-pass-file "
	wantWrongUse(t, []wrong{
		{line: "check --turn turn.example.com", want: "must begin with stun:, turn: or turns:"},
		{line: "check --turn turn://turn.example.com", want: "no slashes after the colon"},
		{line: "check --turn turn:turn.example.com:0", want: "1 to 65535"},
		{line: "check --turn turn:u:hunter2@turn.example.com", want: "use --turn-user NAME and --turn-pass-file FILE"},
		{line: "check --turn stun:turn.example.com", want: "to --stun"},
		{line: "check --stun turn:turn.example.com", want: "to --turn"},
		{line: "check --stun stun:turn.example.com:3478?transport=udp", want: "nothing after a question mark"},
		{line: "check --turn-user u", want: "add --turn"},
		{line: "check --stun stun:a.example --turn-pass-file " + pass, want: "add --turn"},
		{line: server + "--turn-user u", want: "add --turn-pass-file FILE, or set ECHOPATH_TURN_PASS"},
		{line: server + "--turn-pass-file " + pass, want: "add --turn-user NAME"},
		{line: server, env: map[string]string{envPass: "hunter2"}, want: "add --turn-user NAME"},
		{line: server, env: map[string]string{envPass: "hunter2", envSecret: "hunter2"}, want: "unset one of them"},
		{line: server + "--turn-user u --turn-pass hunter2 --turn-pass-file " + pass, want: "give one of them"},
		{line: server + "--turn-secret-file " + pass + " --turn-pass-file " + pass, want: "give one of them"},
		{line: server + "--turn-user u --turn-pass-file " + filepath.Join(dir, "gone"), want: "check the name"},
		{line: server + "--turn-user u --turn-pass-file " + dir, want: "give another file"},
		{line: server + "--turn-user u --turn-pass-file " + empty, want: "first line"},
		{line: server + "--turn-user u --turn-pass-file -", want: "first line"},
		{line: server + "--turn-user u --turn-pass hunter2 hunter2", want: "quotes around values with spaces"},
		{line: server + "--turn-user u --turn-pass-file " + pass + " --turn-ca " + notPEM, want: "BEGIN CERTIFICATE"},
		{line: tls + pass + " --turn-ca " + filepath.Join(dir, "gone"), want: "check the name"},
		{line: tls + pass + " --turn-pin sha256/short", want: "64 hexadecimal digits"},
		{line: server + "--turn-user u --turn-pass-file " + pass + " --turn-pin " + strings.Repeat("ab", 32), want: "add --turn turns:"},
	})
}

func TestWrongUseOfLoads(t *testing.T) {
	dir := t.TempDir()
	wantWrongUse(t, []wrong{
		{line: "check --preset fast", want: "use quick, voice"},
		{line: "check --duration 10", want: "--duration 10s"},
		{line: "check --duration 1x", want: "--duration 10s"},
		{line: "check --duration -5s", want: "duration must be from 1s"},
		{line: "check --duration 99999999999h", want: "--duration 10s"},
		{line: "check --duration 1ms", want: "duration must be from 1s"},
		{line: "check --rate many", want: "--rate 100"},
		{line: "check --rate 1_000", want: "--rate 100"},
		{line: "check --rate 0x1p4", want: "--rate 100"},
		{line: "check --rate=-Inf", want: "--rate 100"},
		{line: "check --rate=", want: "leave the flag out"},
		{line: "check --rate NaN", want: "rate must be from 1 to 20000"},
		{line: "check --rate -1", want: "rate must be from 1 to 20000"},
		{line: "check --rate 1e999", want: "--rate 100"},
		{line: "check --size 200.5", want: "--size 200"},
		{line: "check --size abc", want: "--size 200"},
		{line: "check --size 0x40", want: "--size 200"},
		{line: "check --size -3", want: "from 64 to 1150"},
		{line: "check --size 99999999999999999999", want: "--size 200"},
		{line: "check --size 4000", want: "from 64 to 1150"},
		{line: "check --size 4000 --rate 0", want: "rate must be"},
		{line: "check --late-after soon", want: "--late-after 150ms"},
		{line: "check --late-after 1x", want: "--late-after 150ms"},
		{line: "check --late-after -1s", want: "from 1ms to 1m"},
		{line: "check --late-after 0", want: "from 1ms to 1m"},
		{line: "check --carrier pigeon", want: "use srtp, datachannel"},
		{line: "check --json - --csv -", want: "give a file or folder to one of them"},
		{line: "check --json " + dir, want: "name a file"},
		{line: "video --json - --csv -", want: "give a file or folder to one of them"},
	})
}

func TestWrongUseOfVideo(t *testing.T) {
	dir := t.TempDir()
	y4m, webm := fileWith(t, dir, "pictures.y4m", "YUV4MPEG2"), filepath.Join(dir, "call.webm")
	wantWrongUse(t, []wrong{
		{line: "video --source", want: "--source needs a value"},
		{line: "video --source=", want: "leave the flag out"},
		{line: "video --source cam", want: "neither synthetic nor camera"},
		{line: "video --source " + filepath.Join(dir, "gone.y4m"), want: "name a Y4M or IVF file"},
		{line: "video --source " + dir, want: "is a folder"},
		{line: "video --source camera:", want: "camera:NAME"},
		{line: "video --difficulty brutal", want: "use easy, normal or hard"},
		{line: "video --difficulty easy --source camera", want: "leave it out with --source camera"},
		{line: "video --difficulty easy --source " + y4m, want: "leave it out"},
		{line: "video --size 200", want: "use one of 320x180, 480x270, 640x360, 960x540, 1280x720"},
		{line: "video --size 640x361", want: "use one of 320x180"},
		{line: "video --size=", want: "give WxH"},
		{line: "loss --size 640x360", want: "bytes of a packet, for example --size 200"},
		{line: "check --size 640X360", want: "pictures are sent by the command video"},
		{line: "video --fps 25", want: "use 15 or 30"},
		{line: "video --fps thirty", want: "use 15 or 30"},
		{line: "video --start 50", want: "from 100 to 10000, for example --start 1000"},
		{line: "video --start 1e9", want: "from 100 to 10000"},
		{line: "video --start 1M", want: "--start 1000"},
		{line: "video --max NaN", want: "--max 1000"},
		{line: "video --max 0x200", want: "--max 1000"},
		{line: "video --max 99", want: "--max 1000"},
		{line: "video --max 10001", want: "--max 1000"},
		{line: "video --start 2000 --max 1000", want: "lower the one or raise the other"},
		{line: "video --duration 10", want: "--duration 10s"},
		{line: "check --rate 50 --rate 60", want: "--rate is given twice: give it once"},
		{line: "video --json a.json --json b.json", want: "--json is given twice"},
		{line: "video --duration 0", want: "--duration must be from 1s to 12h"},
		{line: "video --duration 999ms", want: "--duration must be from 1s to 12h"},
		{line: "video --duration 25h", want: "--duration must be from 1s to 12h"},
		{line: "video --under-load=perhaps", want: "write --under-load alone"},
		{line: "video --fixed-size=1s", want: "write --fixed-size alone"},
		{line: "video --record=", want: "give FILE"},
		{line: "video --record " + dir, want: filepath.Join(dir, "call.webm")},
		{line: "video --record " + dir + "/", want: "is a folder"},
		{line: "video --record -", want: "name a file"},
		{line: "video --record call.MP4", want: "name it call.webm"},
		{line: "video --record-what sent", want: "needs --record FILE"},
		{line: "video --record " + webm + " --record-what both", want: "use received or sent"},
		{line: "video --record " + webm + " --record-what=", want: "give received|sent"},
		{line: "video --path nowhere", want: "use direct, stun"},
		{line: "video direct", want: "commas between paths"},
	})
}

// A flag of another command says whose it is.
func TestWrongCommandOfFlags(t *testing.T) {
	wantWrongUse(t, []wrong{
		{line: "video --preset voice", want: "--preset is a flag of check and loss, not of video: echopath-cli video --help"},
		{line: "video --rate=5", want: "--rate is a flag of check and loss"},
		{line: "check --record call.webm", want: "--record is a flag of video, not of check"},
		{line: "loss --under-load", want: "--under-load is a flag of video, not of loss"},
		{line: "loss --no-video", want: "--no-video is a flag of check, not of loss"},
		{line: "version --json -", want: "check, loss, video, nat and host, not of version"},
	})
}
