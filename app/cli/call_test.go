package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

// writtenInvite keeps a good invite.
func writtenInvite(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "invite.txt")
	if err := os.WriteFile(file, []byte(testInvite(t)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A call takes the first path that works, unless paths are named.
func TestPlanCall(t *testing.T) {
	target := " --target @" + writtenInvite(t)
	for line, want := range map[string]struct{ calls, paths int }{
		"video --call":                              {1, 5},
		"video --call --path stun":                  {0, 1},
		"video --call --path direct,relay-tls":      {0, 2},
		"video --call --path all":                   {0, 5},
		"video --call --size 320x180 --duration 3s": {1, 5},
		"video --call --under-load=false":           {1, 5},
	} {
		c := (&command{args: append(words(line+target), "--quiet"), run: presenttest.CallGood}).do(t.Context())
		if v := c.plan.Video; !c.ran || v.Mode != netcheck.VideoCall || v.Paths != want.calls || len(c.plan.Paths) != want.paths {
			t.Errorf("%s: ran %v, %d paths, %+v, stderr %q", line, c.ran, len(c.plan.Paths), c.plan.Video, c.err)
		}
	}
}

func TestCallWrongUse(t *testing.T) {
	target := " --target @" + writtenInvite(t)
	for line, want := range map[string]string{
		"video --call":                                          "a call needs another Echopath: use an invite as target",
		"video --call --target self":                            "a call needs another Echopath",
		"video --call --stun stun:stun.example.com":             "a call needs another Echopath",
		"video --call --under-load" + target:                    "leave one of them out",
		"video --call --record call.webm" + target:              "--record does not keep calls",
		"video --call --record -" + target:                      "--record does not keep calls",
		"video --call=please" + target:                          "write --call alone",
		"check --call" + target:                                 "--call is a flag of video, not of check",
		"video --call --record-what sent" + target:              "needs --record FILE",
		"video --call --target @" + filepath.Join("no", "such"): "check the name",
	} {
		c := (&command{args: words(line)}).do(t.Context())
		if c.code != ExitUsage || c.ran || c.out != "" || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, want) {
			t.Errorf("%s: exit %d, ran %v, stderr %q, want %q", line, c.code, c.ran, c.err, want)
		}
	}
}

func TestCallReport(t *testing.T) {
	target := " --quiet --target @" + writtenInvite(t)
	for name, tt := range map[string]struct {
		line string
		run  presenttest.RunFunc
		code int
	}{
		"call-good":   {"video --call --path stun", presenttest.CallGood, ExitOK},
		"call-uneven": {"video --call --path stun", presenttest.CallUneven, ExitPoor},
	} {
		c := (&command{args: words(tt.line + target), run: tt.run, env: map[string]string{"COLUMNS": "80"}}).do(t.Context())
		if c.code != tt.code || c.err != "" {
			t.Errorf("%s: exit %d, stderr %q", name, c.code, c.err)
		}
		presenttest.Golden(t, name+"-80.txt", c.out)
	}
}

func TestCallAsData(t *testing.T) {
	dir := t.TempDir()
	c := (&command{args: words("video --call --path stun --quiet --json - --csv " + dir + " --target @" + writtenInvite(t)), run: presenttest.CallGood}).do(t.Context())
	var doc struct {
		Paths []struct {
			Call struct {
				Up, Down struct {
					Shown int `json:"frames_shown"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(c.out), &doc); err != nil || c.code != ExitOK {
		t.Fatalf("exit %d, %v, stderr %q", c.code, err, c.err)
	}
	if len(doc.Paths) != 1 || doc.Paths[0].Call.Up.Shown != 300 || doc.Paths[0].Call.Down.Shown != 300 {
		t.Errorf("%+v", doc)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if err != nil || !slices.Equal(names, []string{export.CallsName, export.SummaryName}) {
		t.Errorf("%q, %v", names, err)
	}
}

// The bar begins with the run: how long the host's queue was before it is no part of it.
func TestBarDoesNotCountTheQueue(t *testing.T) {
	target := " --target @" + writtenInvite(t)
	synctest.Test(t, func(t *testing.T) {
		screen := &terminal{width: 140}
		queued := func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
			time.Sleep(10 * time.Minute) // of synctest
			return paced(presenttest.CallUneven)(ctx, plan, observe)
		}
		(&command{args: words("video --call --path direct,stun" + target), run: queued, stderr: screen}).do(t.Context())
		text := screen.String()
		var shares []int
		for _, m := range regexp.MustCompile(`(\d+)% `).FindAllStringSubmatch(text[strings.Index(text, "\r")+1:], -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			shares = append(shares, n)
		}
		if len(shares) < 20 || shares[0] > 5 || shares[len(shares)/2] < 20 || shares[len(shares)/2] > 80 || !slices.IsSorted(shares) {
			t.Errorf("the shares were %v", shares)
		}
		for _, want := range []string{"STUN (2 of 2), 0:0", "up / down 420 / 1500 kbit/s, ", "frozen 1.3 / 0 s"} {
			if !strings.Contains(text, want) {
				t.Errorf("the screen never showed %q", want)
			}
		}
	})
}
