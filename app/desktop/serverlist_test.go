package desktop

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func TestListOfServersIsWrittenAndRead(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	u, err := netcheck.ParseServerURL("turn:turn.example:3478")
	if err != nil {
		t.Fatal(err)
	}
	list := []netcheck.ICEServer{{URL: u, Username: "ann", Password: "s3cr3t"}}
	for _, passwords := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "servers.json")
		answered := false
		s.writeServers(path, list, passwords, func(_ []string, err error) {
			if answered = true; err != nil {
				t.Error(err)
			}
		})
		s.until("the file", func() bool { return answered })
		text, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(text), "s3cr3t") != passwords {
			t.Errorf("passwords %v: %v, %s", passwords, err, text)
		}
		if info, err := os.Stat(path); runtime.GOOS != "windows" && passwords && (err != nil || info.Mode().Perm() != 0o600) {
			t.Errorf("others may read it: %v, %v", info.Mode(), err)
		}
		want := list[0]
		if !passwords {
			want.Password = ""
		}
		got, err := readList(s, path)
		if err != nil || !reflect.DeepEqual(got, []netcheck.ICEServer{want}) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func readList(s *stage, path string) (list []netcheck.ICEServer, err error) {
	answered := false
	s.readServers(path, func(got []netcheck.ICEServer, why error) { list, err, answered = got, why, true })
	s.until("the answer", func() bool { return answered })
	return list, err
}

func TestListThatCanNotBeRead(t *testing.T) {
	s := newStage(t, presenttest.AllGood)
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.txt")
	if err := os.WriteFile(bad, []byte("stun:a.example\npassword s3cr3t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{filepath.Join(dir, "none"): "no file of this name", dir: "not a file", bad: "line 2"} {
		if list, err := readList(s, path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") || list != nil {
			t.Errorf("%s: %v, %v", path, list, err)
		}
	}
}
