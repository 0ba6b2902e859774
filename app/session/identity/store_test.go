package identity

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/signaling/invite"
)

func testInvite(n byte, ttl time.Duration) invite.Invite {
	return invite.Invite{Room: [8]byte{n}, Secret: [16]byte{n, 2}, Pin: [32]byte{3}, Expiry: time.Now().Add(ttl), Addresses: []string{"192.0.2.7:5349"}}
}

func take(t *testing.T, s Store, i invite.Invite) *Taken {
	t.Helper()
	got, err := s.Take(i)
	if err != nil || got.ID == [32]byte{} {
		t.Fatalf("%v", err)
	}
	t.Cleanup(got.Release)
	return got
}

func names(t *testing.T, s Store) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// The next start of the program is the same guest by the same invite, and another one by any other.
func TestSameGuestAgain(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "echopath", "identities")}
	one := testInvite(1, time.Hour)
	first := take(t, s, one)
	if during := take(t, s, one); during.ID == first.ID || during.file != nil {
		t.Error("two guests at a time are the same one")
	}
	first.Release()
	first.Release()
	again := take(t, s, one)
	if again.ID != first.ID {
		t.Error("it is another guest")
	}
	again.Release()
	for what, change := range map[string]func(*invite.Invite){
		"room": func(i *invite.Invite) { i.Room[7]++ }, "secret": func(i *invite.Invite) { i.Secret[0]++ }, "host": func(i *invite.Invite) { i.Pin[0]++ },
	} {
		other := one
		change(&other)
		if got := take(t, s, other); got.ID == first.ID {
			t.Errorf("another %s is shown the same identity", what)
		}
	}
	other := one
	other.Addresses, other.Offer = []string{"[2001:db8::7]:443"}, []byte("x")
	if got := take(t, s, other); got.ID != first.ID {
		t.Error("the host at another address is another one")
	}
	wantPrivate(t, s)
}

func wantPrivate(t *testing.T, s Store) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return
	}
	for _, name := range append(names(t, s), ".") {
		info, err := os.Stat(filepath.Join(s.Dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// What is over goes, an invite whose time is over leaves nothing, and there are never more than the most.
func TestForgotten(t *testing.T) {
	now := time.Now()
	s := Store{Dir: t.TempDir(), Now: func() time.Time { return now }}
	old := take(t, s, testInvite(1, time.Hour))
	old.Release()
	stranger := filepath.Join(s.Dir, "notes.txt")
	if err := os.WriteFile(stranger, []byte("not of this program"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Hour)
	if gone := take(t, s, testInvite(2, time.Hour)); gone.file != nil {
		t.Error("an identity for an invite that is over is kept")
	}
	take(t, s, testInvite(3, 4*time.Hour)).Release()
	if got := names(t, s); len(got) != 2 {
		t.Errorf("left: %v", got)
	}
	for n := range byte(Most + 3) {
		i := testInvite(100+n, 24*time.Hour)
		take(t, s, i).Release()
		at := now.Add(time.Duration(n) * time.Second)
		if err := os.Chtimes(filepath.Join(s.Dir, nameOf(i)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, s); len(got) != Most+1 {
		t.Errorf("%d files, want %d and one of a stranger", len(got), Most)
	}
	if err := s.Forget(); err != nil {
		t.Error(err)
	}
	if got := names(t, s); len(got) != 1 || got[0] != "notes.txt" {
		t.Errorf("left: %v", got)
	}
	if err := os.Remove(stranger); err != nil {
		t.Fatal(err)
	}
	for range 2 { // there is nothing any more
		if err := s.Forget(); err != nil {
			t.Error(err)
		}
	}
}

// What is damaged is put right, and where nothing can be kept there is an identity all the same.
func TestDamaged(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "identities")}
	if err := os.Mkdir(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	i := testInvite(1, time.Hour)
	for _, text := range []string{"", "x", magic + " 1 00", strings.Repeat("7", 4096)} {
		if err := os.WriteFile(filepath.Join(s.Dir, nameOf(i)), []byte(text), 0o644); err != nil { //nolint:gosec // to be mended
			t.Fatal(err)
		}
		first := take(t, s, i)
		first.Release()
		if again := take(t, s, i); again.ID != first.ID {
			t.Errorf("%.20q was not put right", text)
		} else {
			again.Release()
		}
		wantPrivate(t, s)
	}
	blocked := Store{Dir: filepath.Join(s.Dir, nameOf(i), "below a file")}
	if got, err := blocked.Take(i); err == nil || got == nil || got.ID == [32]byte{} {
		t.Errorf("%v", err)
	}
}

// A file that is forgotten while a program waits for it is made anew.
func TestForgottenWhileInUse(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("what is in use can not be removed there")
	}
	s := Store{Dir: t.TempDir()}
	i := testInvite(1, time.Hour)
	first := take(t, s, i)
	if err := s.Forget(); err != nil {
		t.Fatal(err)
	}
	second := take(t, s, i)
	if second.ID == first.ID || second.file == nil {
		t.Error("what was forgotten is known")
	}
	first.Release()
	second.Release()
	if third := take(t, s, i); third.ID != second.ID {
		t.Error("the later one is not kept")
	}
}

func TestForgetInTheUsualFolder(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, home)
	}
	dir, err := DefaultDir()
	if err != nil || !strings.HasPrefix(dir, home) {
		t.Fatalf("%s: %v", dir, err)
	}
	s := Store{Dir: dir}
	take(t, s, testInvite(1, time.Hour)).Release()
	if err := Forget(); err != nil || len(names(t, s)) != 0 {
		t.Errorf("%v, left %v", err, names(t, s))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(kept{time.Unix(1_800_000_000, 0), [32]byte{1}}.line())
	f.Add(magic + " -1 " + fmt.Sprintf("%064x", 7) + "\n")
	f.Add(magic + " 1 " + strings.Repeat("f", 200))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if k, ok := parse(text); ok && (k.line() != text || len(text) > maxFile) {
			t.Errorf("%q is read as %+v", text, k.expiry)
		}
	})
}
