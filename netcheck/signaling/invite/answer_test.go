package invite_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"echopath/netcheck/signaling/invite"
)

func fixedAnswer() invite.Answer {
	a := invite.Answer{Description: make([]byte, 90)}
	fill(a.Room[:], 1)
	fill(a.Description, 30)
	return a
}

func answerText(tb testing.TB, a invite.Answer) string {
	tb.Helper()
	s, err := a.Text()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// goldenAnswer is what every version of this program must read. It never changes.
const goldenAnswer = "EPA1-AQBqawECAwQFBgcIHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3ySI1IA"

func TestGoldenAnswer(t *testing.T) {
	if got := answerText(t, fixedAnswer()); got != goldenAnswer {
		t.Fatalf("the form of answers changed:\n got %s\nwant %s", got, goldenAnswer)
	}
	if got, err := invite.ParseAnswer(goldenAnswer); err != nil || !reflect.DeepEqual(got, fixedAnswer()) {
		t.Fatalf("read %v, %v", got, err)
	}
}

func TestAnswerRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 1500 {
		want := invite.Answer{Description: make([]byte, n+1)}
		for i := range want.Description {
			want.Description[i] = byte(r.Uint32())
		}
		for i := range want.Room {
			want.Room[i] = byte(r.Uint32())
		}
		if got, err := invite.ParseAnswer(answerText(t, want)); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%d bytes: %v", n+1, err)
		}
	}
	for _, size := range []int{0, invite.MaxOffer + 1} {
		if s, err := (invite.Answer{Description: make([]byte, size)}).Text(); !errors.Is(err, invite.ErrBounds) || s != "" {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// A reply holds the answer above the quoted letter with the invite; whoever reads takes the one that is asked for.
func TestAnswerAround(t *testing.T) {
	w, other := answerText(t, fixedAnswer()), text(t, fixed())
	for name, s := range map[string]string{
		"bare":              w,
		"lines":             w[:20] + "\n" + w[20:60] + "\r\n  " + w[60:],
		"quoted":            "> " + w[:70] + "\n> " + w[70:],
		"quoted-printable":  w[:70] + "=\r\n" + w[70:],
		"soft hyphens":      w[:30] + "\u00ad" + w[30:60] + "\u200b" + w[60:],
		"full stop":         "Here it is: " + w + ".",
		"markdown":          "**" + w + "**",
		"reply":             "Hello,\n" + w + "\n\nOn Saturday you wrote:\n> " + other[:76] + "\n> " + other[76:] + "\n",
		"reply under it":    "> echopath:" + other + "\n\n" + w + "\nKind regards",
		"beside a half one": other[:60] + "\n" + w,
		"twice":             w + "\n" + w,
	} {
		if got, err := invite.ParseAnswer(s); err != nil || !reflect.DeepEqual(got, fixedAnswer()) {
			t.Errorf("%s: %v", name, err)
		}
		if !invite.LooksAnswer(s) {
			t.Errorf("%s does not look like an answer", name)
		}
		if !strings.HasPrefix(name, "reply") {
			continue
		}
		if got, err := invite.Parse(s); err != nil || !reflect.DeepEqual(got, fixed()) {
			t.Errorf("%s: the invite in it is %v", name, err)
		}
	}
	if invite.Looks(w) || invite.LooksAnswer(other) || invite.LooksAnswer("STEPA1-x") {
		t.Error("one looks like the other")
	}
}

func TestAnswerErrors(t *testing.T) {
	w := answerText(t, fixedAnswer())
	second := fixedAnswer()
	second.Room[0]++
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":            {"", invite.ErrNotAnswer},
		"words":            {"it does not work", invite.ErrNotAnswer},
		"only the prefix":  {"EPA1-", invite.ErrTruncated},
		"prefix and words": {"EPA1-(see below)", invite.ErrNotAnswer},
		"cut":              {w[:len(w)-9], invite.ErrTruncated},
		"cut in a letter":  {"use " + w[:len(w)-9] + " as soon as you can, please", invite.ErrTruncated},
		"small letters":    {strings.ToLower(w), invite.ErrMistyped},
		"more letters":     {w + "abc", invite.ErrMistyped},
		"newer":            {"EPA2-" + w[5:], invite.ErrNewer},
		"two":              {w + "\n" + answerText(t, second), invite.ErrSeveral},
		"very long":        {strings.Repeat("EPA1-", 1<<20), invite.ErrNotAnswer},
		"many beginnings":  {strings.Repeat("EPA1- ", 1000), invite.ErrSeveral},
		"an invite":        {text(t, fixed()), invite.ErrIsInvite},
		"a link":           {"echopath:" + text(t, fixed()), invite.ErrIsInvite},
		"half an invite":   {text(t, fixed())[:50], invite.ErrIsInvite},
		"under its prefix": {"EPA1-" + text(t, fixed())[4:], invite.ErrMistyped},
	} {
		_, err := invite.ParseAnswer(c.text)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
			continue
		}
		if m := err.Error(); !strings.Contains(m, ": ") || !strings.Contains(m, "answer") || strings.Contains(m, w[20:30]) {
			t.Errorf("%s: %q has no advice, does not speak of an answer, or holds a part of it", name, m)
		}
	}
}

func TestInviteErrorsWithAnswer(t *testing.T) {
	w := answerText(t, fixedAnswer())
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"an answer":             {w, invite.ErrIsAnswer},
		"in a letter":           {"Here it is: " + w + ".", invite.ErrIsAnswer},
		"half of it":            {w[:40], invite.ErrIsAnswer},
		"as a link":             {"echopath:" + w, invite.ErrIsAnswer},
		"under the wrong name":  {"EP1-" + w[5:], invite.ErrMistyped},
		"beside half an invite": {text(t, fixed())[:60] + ".\n" + w, invite.ErrTruncated},
	} {
		_, err := invite.Parse(c.text)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && (!strings.Contains(err.Error(), "invite") || strings.Contains(err.Error(), w[20:30])) {
			t.Errorf("%s: %q", name, err)
		}
	}
}

// TestEveryChangeOfAnAnswer: no single letter can be changed, left out or doubled, and no part cut off, without an error.
func TestEveryChangeOfAnAnswer(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:=+/% "
	w := answerText(t, fixedAnswer())
	refused := func(what, changed string) {
		t.Helper()
		if _, err := invite.ParseAnswer(changed); err == nil {
			t.Fatalf("%s was taken: %s", what, changed)
		}
	}
	for at := range w {
		for _, c := range letters {
			if byte(c) != w[at] {
				refused("a changed letter", w[:at]+string(c)+w[at+1:])
			}
		}
		if at < len("EPA1-") {
			continue
		}
		refused("the beginning alone", w[:at])
		refused("one letter missing", w[:at]+w[at+1:])
		refused("one letter twice", w[:at+1]+w[at:])
		refused("the end alone", w[at:])
	}
}

// An invite need not name an address, where it offers the way without a server.
func TestOfferAlone(t *testing.T) {
	i := fixed()
	i.Addresses, i.Offer = nil, []byte{1, 2, 3}
	got, err := invite.Parse(text(t, i))
	if err != nil || !reflect.DeepEqual(got, i) {
		t.Fatalf("%v, %v", got, err)
	}
	i.Offer = []byte{}
	if _, err := i.Text(); !errors.Is(err, invite.ErrBounds) {
		t.Errorf("an invite by which nobody can come: %v", err)
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(goldenAnswer)
	f.Add("> " + goldenAnswer[:25] + "\n> " + goldenAnswer[25:])
	f.Add("EPA1-")
	f.Add("EPA999-x EPA1-AQ EP1-AQ")
	f.Add(golden)
	f.Fuzz(func(t *testing.T, s string) {
		a, err := invite.ParseAnswer(s)
		if err != nil {
			return
		}
		again, err := a.Text()
		if err != nil {
			t.Fatalf("read, but can not be written: %v", err)
		}
		if back, err := invite.ParseAnswer(again); err != nil || !reflect.DeepEqual(back, a) {
			t.Fatalf("%v, %v", back, err)
		}
	})
}
