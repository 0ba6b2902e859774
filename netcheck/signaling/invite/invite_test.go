package invite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/signaling/invite"
)

func fill(b []byte, from byte) {
	for i := range b {
		b[i] = from + byte(i)
	}
}

// fixed is the invite of the golden text.
func fixed() invite.Invite {
	i := invite.Invite{
		Version: 1, Expiry: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), AltPort: 3479,
		Addresses: []string{"192.0.2.7:443", "[2001:db8::7]:5349", "host.example.com:8443"},
	}
	fill(i.Room[:], 1)
	fill(i.Secret[:], 100)
	fill(i.Pin[:], 200)
	return i
}

func text(tb testing.TB, i invite.Invite) string {
	tb.Helper()
	s, err := i.Text()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// golden is what every version of this program must read. It never changes.
const golden = "EP1-AQB23AFrAYfAAQIDBAUGBwhkZWZnaGlqa2xtbm9wcXJzyMnKy8zNzs_Q0dLT1NXW19jZ2tvc3d7f4OHi4-Tl5ucDBMAAAgcBuwYgAQ24AAAAAAAAAAAAAAAHFOUAEGhvc3QuZXhhbXBsZS5jb20g-w2XQwuElw"

func TestGolden(t *testing.T) {
	if got := text(t, fixed()); got != golden {
		t.Fatalf("the form of invites changed:\n got %s\nwant %s", got, golden)
	}
	got, err := invite.Parse(golden)
	if err != nil || !reflect.DeepEqual(got, fixed()) {
		t.Fatalf("read %#v, %v", got, err)
	}
	link, err := fixed().Link()
	if err != nil || link != "echopath:"+golden {
		t.Fatalf("link is %q, %v", link, err)
	}
}

func random(r *rand.Rand) invite.Invite {
	some := func(b []byte) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
	i := invite.Invite{Version: 1, Expiry: time.Unix(1+r.Int64N(1<<32-1), 0).UTC()}
	some(i.Room[:])
	some(i.Secret[:])
	some(i.Pin[:])
	for range 1 + r.IntN(invite.MaxAddresses) {
		ip := make(net.IP, []int{4, 16}[r.IntN(2)])
		some(ip)
		host := ip.String()
		if r.IntN(3) == 0 {
			host = strings.Repeat("a", 1+r.IntN(60)) + ".example"
		}
		i.Addresses = append(i.Addresses, net.JoinHostPort(host, strconv.Itoa(1+r.IntN(65535))))
	}
	if r.IntN(2) == 0 {
		i.AltPort = 1 + r.IntN(65535)
	}
	if r.IntN(2) == 0 {
		i.Offer = make([]byte, 1+r.IntN(invite.MaxOffer))
		some(i.Offer)
	}
	return i
}

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		want := random(r)
		got, err := invite.Parse(text(t, want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n got %#v\nwant %#v", err, got.Addresses, want.Addresses)
		}
	}
}

func TestLargest(t *testing.T) {
	i := fixed()
	i.Offer = make([]byte, invite.MaxOffer)
	name := strings.Repeat("abcdefghi.", 25) + "abc" // 253 bytes
	i.Addresses = nil
	for n := range invite.MaxAddresses {
		i.Addresses = append(i.Addresses, fmt.Sprintf("%s:%d", name, 65535-n))
	}
	if got, err := invite.Parse(text(t, i)); err != nil || !reflect.DeepEqual(got, i) {
		t.Fatal(err)
	}
}

// TestEveryChangeIsRefused: no single letter can be changed, left out or doubled, and no part cut off, without an error.
func TestEveryChangeIsRefused(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:=+/% "
	whole := text(t, fixed())
	known := func(what, changed string, want ...error) {
		t.Helper()
		_, err := invite.Parse(changed)
		if err == nil {
			t.Fatalf("%s was taken: %s", what, changed)
		}
		for _, w := range want {
			if errors.Is(err, w) {
				return
			}
		}
		t.Fatalf("%s: %v, want one of %v", what, err, want)
	}
	first := len("EP1-")
	for at := range whole {
		for _, c := range letters {
			if byte(c) == whole[at] {
				continue
			}
			changed := whole[:at] + string(c) + whole[at+1:]
			switch {
			case at < first:
				known("a changed prefix", changed, invite.ErrNotInvite, invite.ErrNewer, invite.ErrMistyped)
			case strings.ContainsRune(" .:=+/%", c):
				known("a letter that is none", changed, invite.ErrMistyped, invite.ErrTruncated, invite.ErrNotInvite)
			default:
				known("a changed letter", changed, invite.ErrMistyped)
			}
		}
		if at < first {
			continue
		}
		known("the beginning alone", whole[:at], invite.ErrTruncated)
		known("one letter missing", whole[:at]+whole[at+1:], invite.ErrTruncated, invite.ErrMistyped)
		known("one letter twice", whole[:at+1]+whole[at:], invite.ErrMistyped)
		known("the end alone", whole[at:], invite.ErrNotInvite)
	}
	for cut := range 40 {
		at := first + 30 + cut
		known("a hole", whole[:at]+whole[at+12:], invite.ErrTruncated)
	}
}

func TestAround(t *testing.T) {
	w := text(t, fixed())
	half := len(w) / 2
	broken := w[:20] + "\n" + w[20:half] + "\r\n  " + w[half:]
	for name, s := range map[string]string{
		"bare":              w,
		"link":              "echopath:" + w,
		"capital scheme":    "ECHOPATH:" + w,
		"spaces":            "  \t" + w + "\n\n",
		"lines":             broken,
		"quoted":            "> " + strings.ReplaceAll(broken, "\n", "\n> "),
		"quoted twice":      ">> " + strings.ReplaceAll(broken, "\n", "\n> > "),
		"angle brackets":    "<echopath:" + w + ">",
		"quotation marks":   "“" + w + "”",
		"apostrophes":       "'" + w + "'",
		"full stop":         "Here it is: " + w + ".",
		"comma and more":    w + ", please use it now",
		"a letter around":   "Hello,\nopen echopath:" + w + " within ten minutes.\nKind regards",
		"no break around":   "Invite:\u00a0" + w + "\u00a0(10 min)",
		"soft hyphens":      w[:30] + "\u00ad" + w[30:60] + "\u200b" + w[60:],
		"byte order mark":   "\ufeff" + w,
		"quoted-printable":  w[:70] + "=\r\n" + w[70:],
		"markdown":          "**" + w + "** and _" + w + "_ and `" + w + "`",
		"link and text":     "<a href=\"echopath:" + w + "\">" + w + "</a>",
		"redirect":          "https://safelinks.example/?url=echopath:" + w + "&data=05",
		"line of two words": w[:50] + " " + w[50:],
	} {
		if got, err := invite.Parse(s); err != nil || !reflect.DeepEqual(got, fixed()) {
			t.Errorf("%s: %v", name, err)
		}
		if !invite.Looks(s) {
			t.Errorf("%s does not look like an invite", name)
		}
	}
}

func TestErrors(t *testing.T) {
	w := text(t, fixed())
	other := fixed()
	other.Room[0]++
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":             {"", invite.ErrNotInvite},
		"words":             {"turn:turn.example.com", invite.ErrNotInvite},
		"only the prefix":   {"EP1-", invite.ErrTruncated},
		"prefix and words":  {"EP1-(see below)", invite.ErrNotInvite},
		"cut":               {w[:len(w)-9], invite.ErrTruncated},
		"cut in a letter":   {"use " + w[:len(w)-9] + " as soon as you can, please", invite.ErrTruncated},
		"small letters":     {strings.ToLower(w), invite.ErrMistyped},
		"newer":             {"EP2-" + w[4:], invite.ErrNewer},
		"much newer":        {"EP17-abc", invite.ErrNewer},
		"two":               {w + "\n" + text(t, other), invite.ErrSeveral},
		"very long":         {strings.Repeat("EP1-", 1<<20), invite.ErrNotInvite},
		"many beginnings":   {strings.Repeat("EP1- ", 1000), invite.ErrSeveral},
		"more letters":      {w + "abc", invite.ErrMistyped},
		"not UTF-8":         {"EP1-\xff\xfe", invite.ErrNotInvite},
		"another's newline": {"EP1-\n\n", invite.ErrTruncated},
	} {
		_, err := invite.Parse(c.text)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
			continue
		}
		if !strings.Contains(err.Error(), ": ") || strings.Contains(err.Error(), w[20:30]) {
			t.Errorf("%s: %q has no advice, or holds a part of the invite", name, err)
		}
	}
	for _, s := range []string{"", "self", "turn", "turn:turn.example.com", "keep-1", "STEP1-a", "my-invite.txt"} {
		if invite.Looks(s) {
			t.Errorf("%q looks like an invite", s)
		}
	}
}

func TestBounds(t *testing.T) {
	for name, change := range map[string]func(*invite.Invite){
		"version":            func(i *invite.Invite) { i.Version = 2 },
		"secret":             func(i *invite.Invite) { i.Secret = [16]byte{} },
		"no expiry":          func(i *invite.Invite) { i.Expiry = time.Time{} },
		"late expiry":        func(i *invite.Invite) { i.Expiry = time.Date(2107, 1, 1, 0, 0, 0, 0, time.UTC) },
		"no address":         func(i *invite.Invite) { i.Addresses = nil },
		"nine addresses":     func(i *invite.Invite) { i.Addresses = make([]string, 9) },
		"no port":            func(i *invite.Invite) { i.Addresses[0] = "192.0.2.1" },
		"port 0":             func(i *invite.Invite) { i.Addresses[0] = "192.0.2.1:0" },
		"port 65536":         func(i *invite.Invite) { i.Addresses[0] = "192.0.2.1:65536" },
		"zone":               func(i *invite.Invite) { i.Addresses[0] = "[fe80::1%eth0]:1" },
		"bare IPv6":          func(i *invite.Invite) { i.Addresses[0] = "2001:db8::1:443" },
		"long name":          func(i *invite.Invite) { i.Addresses[0] = strings.Repeat("a", 254) + ":1" },
		"name with a space":  func(i *invite.Invite) { i.Addresses[0] = "a b:1" },
		"name not ASCII":     func(i *invite.Invite) { i.Addresses[0] = "bücher.example:1" },
		"empty label":        func(i *invite.Invite) { i.Addresses[0] = "a..b:1" },
		"alternate port":     func(i *invite.Invite) { i.AltPort = 65536 },
		"negative alternate": func(i *invite.Invite) { i.AltPort = -1 },
		"offer":              func(i *invite.Invite) { i.Offer = make([]byte, invite.MaxOffer+1) },
	} {
		i := fixed()
		change(&i)
		if s, err := i.Text(); !errors.Is(err, invite.ErrBounds) || s != "" {
			t.Errorf("%s: %v", name, err)
		}
		if s, err := i.Link(); err == nil || s != "" {
			t.Errorf("%s has a link", name)
		}
	}
	i := fixed()
	i.Addresses = []string{"[::ffff:192.0.2.1]:443"}
	if got, err := invite.Parse(text(t, i)); err != nil || got.Addresses[0] != "192.0.2.1:443" {
		t.Errorf("an IPv4 address written as IPv6 became %v, %v", got.Addresses, err)
	}
}

func TestSecretIsHidden(t *testing.T) {
	i := fixed()
	fill(i.Secret[:], 'A') // readable, should it slip out as text
	var all strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&all, verb+"\n", i)
		fmt.Fprintf(&all, verb+"\n", &i)
		fmt.Fprintf(&all, verb+"\n", struct{ I invite.Invite }{i})
	}
	js, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	all.Write(js)
	for _, leak := range []string{"ABCDEFGH", "41424344", "65 66 67", "0x41, 0x42", text(t, i)[10:]} {
		if strings.Contains(all.String(), leak) {
			t.Fatalf("%q is in:\n%s", leak, all.String())
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(golden)
	f.Add("> echopath:" + golden[:5] + "\n> " + golden[5:])
	f.Add("EP1-")
	f.Add("EP999-x EP1-AQ")
	f.Fuzz(func(t *testing.T, s string) {
		i, err := invite.Parse(s)
		if err != nil {
			return
		}
		again, err := i.Text()
		if err != nil {
			t.Fatalf("read, but can not be written: %v", err)
		}
		if back, err := invite.Parse(again); err != nil || !reflect.DeepEqual(back, i) {
			t.Fatalf("%v, %v", back, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := invite.Parse(golden); err != nil {
			b.Fatal(err)
		}
	}
}
