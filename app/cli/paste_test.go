package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// pasteInvite is the text of an invite by copy and paste.
func pasteInvite(t *testing.T) string {
	t.Helper()
	text, err := invite.Invite{Version: 1, Room: [8]byte{1}, Secret: [16]byte{2}, Pin: [32]byte{3}, Expiry: time.Unix(2_000_000_000, 0),
		Addresses: []string{"192.0.2.7:5349"}, Offer: []byte("an offer")}.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// answerText is an answer of a number.
func answerText(t *testing.T, n byte) string {
	t.Helper()
	text, err := invite.Answer{Room: [8]byte{n}, Description: []byte(strings.Repeat(string(rune('a'+n)), 150))}.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// typing runs the command host --paste while something is typed at it.
func typing(t *testing.T, h *fakeHost, script func(typed io.Writer), args ...string) *command {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	in, out := io.Pipe()
	c := &command{args: append([]string{"host", "--paste", "--print-invite"}, args...), typed: in}
	c.host = hosted(t, h, func() {
		defer stop()
		synctest.Wait() // the first invite is out
		script(out)
		synctest.Wait()
	})
	defer func() { _ = out.Close() }()
	return c.do(ctx)
}

func typed(t *testing.T, to io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		t.Error(err)
	}
	synctest.Wait()
}

// Answers come in a line each, broken by a mail program, behind ones that are not whole, and with words around them.
func TestHostTakesAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &fakeHost{}
		c := typing(t, h, func(to io.Writer) {
			typed(t, to, answerText(t, 1)+"\n"+answerText(t, 2)+"\n")
			time.Sleep(time.Minute)
			typed(t, to, "Hello,\nhere is the answer:\n\n"+broken(answerText(t, 3))+"\nBest regards\n")
			time.Sleep(time.Minute)
			typed(t, to, answerText(t, 4)[:60]+"\n"+answerText(t, 4)+"\n")
			time.Sleep(time.Minute)
			typed(t, to, strings.Repeat("x", 3*maxAnswer)+"\n")
			time.Sleep(time.Minute)
			typed(t, to, answerText(t, 5)+"\n")
		}, "--json", "-")
		if len(h.answers) != 5 || c.code != ExitOK || c.err != "" {
			t.Fatalf("exit %d, %d answers, stderr %q, stdout:\n%s", c.code, len(h.answers), c.err, c.out)
		}
		for i, text := range h.answers {
			want, _ := invite.ParseAnswer(answerText(t, byte(i+1)))
			if got, err := invite.ParseAnswer(text); err != nil || got.Room != want.Room {
				t.Errorf("answer %d: room %x, %v", i, got.Room, err)
			}
			if strings.Contains(c.out, answerText(t, byte(i+1))) {
				t.Errorf("answer %d is repeated", i)
			}
		}
		if taken, refused := strings.Count(c.out, `"event":"answer_taken"`), strings.Count(c.out, `"event":"answer_refused"`); taken != 5 || refused != 1 {
			t.Errorf("%d taken, %d refused:\n%s", taken, refused, c.out)
		}
	})
}

// Each try that is of no use is told, and the next one is waited for. The end of standard input ends nothing.
func TestHostRefusesAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &fakeHost{refuse: func(text string) error {
			if strings.Contains(text, answerText(t, 1)) {
				return fmt.Errorf("%w: the time of this invite is over", hosting.ErrAnswer)
			}
			return nil
		}}
		c := typing(t, h, func(to io.Writer) {
			for _, text := range []string{answerText(t, 1), "hello", answerText(t, 2)[:70], h.text(t, 0), "\n\n", answerText(t, 2)} {
				typed(t, to, text+"\n")
				time.Sleep(2 * time.Second)
			}
			if err := to.(io.Closer).Close(); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
		})
		if c.code != ExitOK || c.err != "" || len(h.answers) != 1 {
			t.Errorf("exit %d, %d answers, stderr %q", c.code, len(h.answers), c.err)
		}
		for _, want := range []string{"The time of this invite is over", "not complete", "this is the invite"} {
			if !strings.Contains(c.out, want) && !strings.Contains(c.out, strings.ToLower(want)) {
				t.Errorf("no word of %q in\n%s", want, c.out)
			}
		}
		for text, want := range map[string]int{"The answer can not be taken": 4, "The answer fits the invite": 1, "Standard input has ended": 1, h.text(t, 0): 1} {
			if n := strings.Count(c.out, text); n != want {
				t.Errorf("%q stands %d times, want %d:\n%s", text, n, want, c.out)
			}
		}
		if strings.Count(c.out, answerText(t, 1)[10:60])+strings.Count(c.out, answerText(t, 2)[10:60]) != 0 {
			t.Error("an answer is repeated")
		}
	})
}

// The invite holds an offer, and what to do is told with it; a new one is of the same kind.
func TestHostPaste(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &fakeHost{}
		c := typing(t, h, func(io.Writer) { h.use("a"); time.Sleep(time.Second) }, "--renew", "on", "--json", "-")
		if len(h.made) != 2 || h.made[0].Offer == nil || h.made[1].Offer == nil {
			t.Fatalf("%d invites, stderr %q", len(h.made), c.err)
		}
		first, _, _ := strings.Cut(c.out, "\n")
		var l struct {
			Paste bool `json:"invite_paste"`
		}
		if err := json.Unmarshal([]byte(first), &l); err != nil || !l.Paste {
			t.Errorf("%v: %s", err, first)
		}
		plain := typing(t, &fakeHost{}, func(io.Writer) {})
		if !strings.Contains(plain.out, "shows an answer") || plain.code != ExitOK {
			t.Errorf("not told what to do:\n%s", plain.out)
		}
	})
	c := (&command{args: words("host --paste --print-invite --max-guests 2")}).do(t.Context())
	if c.code != ExitUsage || !strings.Contains(c.err, "leave out --max-guests") {
		t.Errorf("exit %d, %q", c.code, c.err)
	}
}

// A host that ends while it waits for standard input does not wait for that.
func TestHostPasteStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &fakeHost{}
		c := typing(t, h, func(to io.Writer) { typed(t, to, answerText(t, 1)[:50]) })
		if c.code != ExitOK || h.closed != 1 || len(h.answers) != 0 {
			t.Errorf("exit %d, closed %d times", c.code, h.closed)
		}
	})
}

// The answer is shown in one piece, beside the progress and also to who wants quiet.
func TestGuestShowsAnswer(t *testing.T) {
	long := answerText(t, 1)
	for _, args := range []string{"", "--quiet", "--json -", "--signaling paste"} {
		for _, screen := range []*terminal{nil, {width: 60}} {
			c := &command{args: words("loss --target - --path direct " + args), stdin: pasteInvite(t)}
			if screen != nil {
				c.stderr = screen
			}
			c.run = func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
				c.job.Paste(long)
				return presenttest.AllGood(ctx, p, o)
			}
			c.do(t.Context())
			text := c.err
			if screen != nil {
				text = screen.String()
			}
			if c.code != ExitOK || strings.Count(text, "\n"+long+"\n") != 1 || strings.Contains(c.out, long) || !strings.Contains(strings.Join(strings.Fields(text), " "), "to be pasted there") {
				t.Errorf("%q: exit %d, stderr %q", args, c.code, text)
			}
			if strings.Contains(text, "No TCP") == strings.Contains(args, "paste") {
				t.Errorf("%q: about TCP in %q", args, text)
			}
			if want := map[bool]signaling.Way{true: signaling.WayPaste}[strings.Contains(args, "paste")]; c.job.Signaling != want {
				t.Errorf("%q: way %q", args, c.job.Signaling)
			}
		}
	}
}

// With a file the answer is there alone, for its owner, as long as it is of use.
func TestAnswerFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "answer")
	answer := answerText(t, 1)
	c := &command{args: words("loss --target - --path direct --answer-file " + file), stdin: pasteInvite(t)}
	c.run = func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
		c.job.Paste(answer)
		text, err := os.ReadFile(file)
		info, statErr := os.Stat(file)
		if err = errors.Join(err, statErr); err != nil || string(text) != answer+"\n" || !secretive(info) {
			t.Errorf("%v: %q", err, text)
		}
		return presenttest.AllGood(ctx, p, o)
	}
	if c.do(t.Context()); c.code != ExitOK || strings.Contains(c.err, answer) || !strings.Contains(c.err, file) {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
	wantOnly(t, filepath.Dir(file))
}

// A file that can not be written is told before anything begins, and if it fails later the answer is on the screen.
func TestAnswerFileFails(t *testing.T) {
	dir := t.TempDir()
	c := (&command{args: words("loss --target - --answer-file " + filepath.Join(dir, "no", "answer")), stdin: pasteInvite(t)}).do(t.Context())
	if c.code != ExitError || c.ran || !strings.Contains(c.err, "the answer can not be kept in") {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
	c = (&command{args: words("loss --target - --answer-file " + dir), stdin: pasteInvite(t)}).do(t.Context())
	if c.code != ExitUsage || c.ran || !strings.Contains(c.err, "answer.txt") {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
	later := filepath.Join(dir, "later")
	if err := os.Mkdir(later, 0o700); err != nil {
		t.Fatal(err)
	}
	answer := answerText(t, 1)
	c = &command{args: words("loss --quiet --target - --path direct --answer-file " + filepath.Join(later, "answer")), stdin: pasteInvite(t)}
	c.run = func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
		if err := os.RemoveAll(later); err != nil {
			t.Error(err)
		}
		c.job.Paste(answer)
		return presenttest.AllGood(ctx, p, o)
	}
	if c.do(t.Context()); c.code != ExitOK || !strings.Contains(c.err, "warning: the answer can not be kept") || !strings.Contains(c.err, "\n"+answer+"\n") {
		t.Errorf("exit %d, stderr %q", c.code, c.err)
	}
}
