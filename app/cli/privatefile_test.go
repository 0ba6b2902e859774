package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/signaling/invite"
)

// oldInvite is what a host left that was killed.
func oldInvite(t *testing.T) string {
	t.Helper()
	text, err := (invite.Invite{Room: [8]byte{9}, Secret: [16]byte{9}, Pin: [32]byte{9}, Expiry: time.Unix(1_700_000_000, 0), Addresses: []string{"192.0.2.9:5349"}}).Text()
	if err != nil {
		t.Fatal(err)
	}
	return text + "\n"
}

func privateWith(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "invite")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func wantText(t *testing.T, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s holds %.40q (%v), want %.40q", filepath.Base(name), got, err, want)
	}
}

// What is no invite is neither written over nor taken away, and the host does not start.
func TestInviteFileIsAnothers(t *testing.T) {
	for name, text := range map[string]string{
		"notes":              "to do: everything\n",
		"an answer":          answerText(t, 1) + "\n",
		"a mail with one":    "Hello,\nhere it is: " + oldInvite(t),
		"two":                oldInvite(t) + oldInvite(t),
		"a broken one":       oldInvite(t)[:30],
		"blank":              "\n",
		"a very large one":   oldInvite(t) + strings.Repeat(" ", 1<<20),
		"bytes":              "\x00\x01",
		"one of the future":  "EP9-abcdef",
		"a program's output": `{"invite":"x"}`,
	} {
		file := privateWith(t, text)
		c := (&command{args: append(words("host --invite-file"), file), host: hosted(t, &fakeHost{}, nil)}).do(t.Context())
		if c.code != ExitUsage || c.ran || c.out != "" || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, "not an invite of Echopath") {
			t.Errorf("%s: exit %d, stderr %q", name, c.code, c.err)
		}
		wantText(t, file, text)
		wantOnly(t, filepath.Dir(file), "invite")
	}
}

// An old invite and an empty file are replaced, and the answer's file is held to the same.
func TestPrivateFileReplaces(t *testing.T) {
	for what, texts := range map[string][]string{inviteWord: {"", oldInvite(t)}, answerWord: {"", answerText(t, 1) + "\n"}} {
		for _, text := range texts {
			f := privateFile{what: what, name: privateWith(t, text)}
			if err := errors.Join(f.check(), f.try()); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			wantText(t, f.name, text)
			for _, next := range []string{"one", "two"} {
				if err := f.write(next); err != nil {
					t.Errorf("%s: %v", what, err)
				}
				wantText(t, f.name, next+"\n")
				wantOnly(t, filepath.Dir(f.name), "invite")
			}
			f.remove()
			f.remove()
			wantOnly(t, filepath.Dir(f.name))
		}
	}
	other := privateFile{what: answerWord, name: privateWith(t, oldInvite(t))}
	if err := other.check(); exitCodeOf(err) != ExitUsage {
		t.Errorf("an invite in the place of the answer: %v", err)
	}
}

// What has taken the invite's place since stays, whenever that was.
func TestPrivateFileOfAnotherSince(t *testing.T) {
	f := privateFile{what: inviteWord, name: privateWith(t, "")}
	if err := f.check(); err != nil {
		t.Fatal(err)
	}
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(f.name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("of another")
	if err := f.write("mine"); exitCodeOf(err) != ExitUsage {
		t.Errorf("before the first: %v", err)
	}
	f.remove()
	wantText(t, f.name, "of another")
	if err := os.Remove(f.name); err != nil {
		t.Fatal(err)
	}
	if err := f.write("mine"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"of another", oldInvite(t)} { // also one of another host
		put(text)
		if err := f.write("mine, the next"); err == nil || !strings.Contains(err.Error(), "taken the place") {
			t.Errorf("%v", err)
		}
		f.remove()
		wantText(t, f.name, text)
	}
	wantOnly(t, filepath.Dir(f.name), "invite")
	if err := os.Remove(f.name); err != nil {
		t.Fatal(err)
	}
	if err := f.write("mine, the next"); err != nil {
		t.Error(err)
	}
	wantText(t, f.name, "mine, the next\n")
}

// A new file never takes the place of one that came in the same moment, and one that was taken aside does not either.
func TestPlaceAndPutBack(t *testing.T) {
	dir := t.TempDir()
	part, name := filepath.Join(dir, "part"), filepath.Join(dir, "name")
	for file, text := range map[string]string{part: "new", name: "there"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := place(part, name); !errors.Is(err, os.ErrExist) {
		t.Errorf("%v", err)
	}
	f := privateFile{name: name}
	if err := f.putBack(part); err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("%v", err)
	}
	wantText(t, name, "there")
	wantText(t, part, "new")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := f.putBack(part); err != nil {
		t.Error(err)
	}
	wantText(t, name, "new")
	wantOnly(t, dir, "name")
}

// A host whose invite's place was taken says so and goes on; the other file stays.
func TestInviteFileTakenMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "invite")
		h := &fakeHost{}
		c := hostOnce(t, h, func() {
			if err := os.WriteFile(file, []byte("of another"), 0o600); err != nil {
				t.Error(err)
			}
			time.Sleep(10 * time.Minute)
		}, "--invite-file", file, "--json", "-")
		if c.code != ExitOK || !strings.Contains(c.out, "There is no new invite yet: another file has taken the place") || h.revoked == 0 {
			t.Errorf("exit %d, %d revoked:\n%s", c.code, h.revoked, c.out)
		}
		wantText(t, file, "of another")
	})
}
