package video_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/video"
	"echopath/netcheck/video/picture"
)

func code(err error) netcheck.ReasonCode {
	var f *netcheck.Failure
	if errors.As(err, &f) {
		return f.Code
	}
	return netcheck.ReasonNone
}

func TestStoppingACall(t *testing.T) {
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 1500 * time.Millisecond, 2900 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				o := meeting{up: netchecktest.MediaPerfect(40 * time.Millisecond), down: netchecktest.MediaPerfect(20 * time.Millisecond),
					round: 60 * time.Millisecond}.call(ctx, t, callPlan())
				if code(o.err) != netcheck.ReasonCancelled {
					t.Fatalf("ended with %v", o.err)
				}
				if after < time.Second {
					return
				}
				if o.sum == nil || !o.sum.Partial || o.sum.Span > 3*time.Second {
					t.Fatalf("%+v", o.sum)
				}
				for name, d := range map[string]netcheck.CallDirection{"up": o.sum.Up, "down": o.sum.Down} {
					if !d.Known || d.Lost != 0 || d.Undecided != 0 || d.Shown != d.Sent || d.Freezes != 0 || d.BeforeRepair.Lost != 0 || d.AfterRepair.Lost != 0 {
						t.Errorf("%s: %+v: both ends stop, and what was under way is waited for", name, d)
					}
				}
				wantCallSamples(t, o)
			})
		})
	}
}

func TestTheLinkOfACallBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := meeting{serve: func(ctx context.Context, a *video.Answer, l netcheck.Link) error {
			ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
			defer cancel()
			return errors.Join(a.Serve(ctx, l.Media()), l.Close())
		}}.call(t.Context(), t, callPlan())
		if code(o.err) != netcheck.ReasonLinkLost || o.sum == nil || !o.sum.Partial || o.sum.Down.Shown == 0 || o.sum.Up.Shown == 0 || o.sum.Up.Known || o.sum.Down.Known {
			t.Errorf("%v, %+v: what was heard of until then is kept", o.err, o.sum)
		}
	})
}

// granting answers an order by hand, and then does what a test wants.
func granting(then func(ctx context.Context, l netcheck.Link, id uint32)) func(context.Context, *video.Answer, netcheck.Link) error {
	return func(ctx context.Context, _ *video.Answer, l netcheck.Link) error {
		b, err := l.Media().Control().Receive(ctx)
		if err != nil {
			return nil
		}
		m, err := control.Decode(b)
		if err != nil || m.Call == nil {
			return errors.New("no order")
		}
		if err := say(ctx, l, control.Message{ID: m.ID, Grant: &control.Grant{Call: &control.CallTerms{Width: 320, Height: 180, FPS: 15, First: 7}}}); err != nil {
			return err
		}
		then(ctx, l, m.ID)
		return nil
	}
}

func say(ctx context.Context, l netcheck.Link, m control.Message) error {
	b, err := control.Encode(m)
	if err != nil {
		return err
	}
	return l.Media().Control().Send(ctx, b)
}

// hear waits for messages until the link closes.
func hear(ctx context.Context, l netcheck.Link, each func(control.Message)) {
	for {
		b, err := l.Media().Control().Receive(ctx)
		if err != nil {
			return
		}
		if m, err := control.Decode(b); err == nil {
			each(m)
		}
	}
}

func TestTheOtherEndOfACallStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		o := meeting{serve: granting(func(ctx context.Context, l netcheck.Link, _ uint32) { hear(ctx, l, func(control.Message) {}) })}.call(t.Context(), t, callPlan())
		if o.err != nil || o.sum == nil || o.sum.Partial || o.sum.Up.Known || o.sum.Down.Known || o.sum.Up.Sent != 45 || o.sum.Down.Shown != 0 || o.sum.Down.Freezes != 0 {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
		if len(o.notes) != 1 || !strings.Contains(o.notes[0], "did not arrive") || o.sum.Up.BeforeRepair.RatioOK {
			t.Errorf("noted %q, %+v", o.notes, o.sum.Up)
		}
		if took := time.Since(begin); took > 15*time.Second { // of virtual time
			t.Errorf("it took %v", took)
		}
	})
}

func TestTheOtherEndOfACallLies(t *testing.T) {
	lies := map[string]control.CallAccount{
		"more shown than sent":     {FramesShown: 46},
		"more packets than sent":   {Expected: 1 << 40, PacketsReceived: 1 << 40},
		"frozen longer than it is": {FrozenUS: time.Hour.Microseconds()},
		"too many sent":            {FramesSent: 1 << 40},
		"sent for hours":           {Span: time.Hour},
	}
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lie.Ended = true
				o := meeting{serve: granting(func(ctx context.Context, l netcheck.Link, id uint32) {
					hear(ctx, l, func(m control.Message) {
						a := lie
						a.Last, a.Window = m.Finish != nil, 1<<53
						if err := say(ctx, l, control.Message{ID: id, Account: &a}); err != nil {
							t.Error(err)
						}
					})
				})}.call(t.Context(), t, callPlan())
				if o.err != nil || o.sum == nil || o.sum.Up.Known || o.sum.Down.Known || o.sum.Up.Shown+o.sum.Down.Sent != 0 || o.sum.Up.FrozenUS != 0 {
					t.Fatalf("%v, %+v", o.err, o.sum)
				}
				if len(o.notes) != 1 || !strings.Contains(o.notes[0], "can not be") {
					t.Errorf("noted %q", o.notes)
				}
			})
		})
	}
}

func TestCallsThatAreRefused(t *testing.T) {
	tests := map[string]struct {
		m    meeting
		want string
	}{
		"by an end that only echoes": {meeting{serve: func(ctx context.Context, _ *video.Answer, l netcheck.Link) error {
			return echo.Responder{}.Serve(ctx, l)
		}}, "did not accept the call"},
		"without a camera": {meeting{answer: func(a *video.Answer) {
			a.Open = func(context.Context, int, int, int) (video.Source, netcheck.SourceKind, error) {
				return nil, "", errors.New("/dev/video7 is busy")
			}
		}}, "can not be opened"},
		"by its bitrate":  {meeting{answer: func(a *video.Answer) { a.Limits.MaxKbps = 500 }}, "1500 kbit/s and this end sends at most 500"},
		"by its duration": {meeting{answer: func(a *video.Answer) { a.Limits.MaxDuration = time.Second }}, "make it shorter"},
		"without terms": {meeting{serve: func(ctx context.Context, _ *video.Answer, l netcheck.Link) error {
			hear(ctx, l, func(m control.Message) { _ = say(ctx, l, control.Message{ID: m.ID, Grant: &control.Grant{}}) })
			return nil
		}}, "can not be used"},
		"in words that are none": {meeting{serve: func(ctx context.Context, _ *video.Answer, l netcheck.Link) error {
			hear(ctx, l, func(control.Message) { _ = l.Media().Control().Send(ctx, []byte("{")) })
			return nil
		}}, "can not be understood"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := tt.m.call(t.Context(), t, callPlan())
				if code(o.err) != netcheck.ReasonFarRefused || o.sum != nil || !strings.Contains(o.err.Error(), tt.want) || o.began {
					t.Errorf("%v, %+v; want one with %q", o.err, o.sum, tt.want)
				}
				if name == "without a camera" && (len(o.failed) != 1 || strings.Contains(o.err.Error(), "/dev")) {
					t.Errorf("told here %v, told there %v", o.failed, o.err)
				}
			})
		})
	}
}

// TestTheOtherEndEndsACall: what was measured until then is kept. A message that the other end could not read ends nothing.
func TestTheOtherEndEndsACall(t *testing.T) {
	for text, want := range map[string]netcheck.ReasonCode{control.Malformed: netcheck.ReasonNone, "removed": netcheck.ReasonFarRefused} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				o := meeting{serve: granting(func(ctx context.Context, l netcheck.Link, id uint32) {
					time.Sleep(time.Second) // virtual
					refusal := control.Message{ID: id, Refusal: &control.Refusal{Code: text, Text: "this guest was removed"}}
					if err := say(ctx, l, refusal); err != nil {
						t.Error(err)
					}
					hear(ctx, l, func(m control.Message) {
						if m.Finish != nil {
							_ = say(ctx, l, refusal)
						}
					})
				})}.call(t.Context(), t, callPlan())
				if code(o.err) != want || o.sum == nil || o.sum.Partial != (want != netcheck.ReasonNone) || o.sum.Up.Sent == 0 || o.sum.Up.Lost != 0 {
					t.Errorf("%v, %+v", o.err, o.sum)
				}
				if took := time.Since(begin); want != netcheck.ReasonNone && took > 4*time.Second { // of virtual time
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

func TestNobodyAnswersACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := meeting{serve: func(ctx context.Context, _ *video.Answer, l netcheck.Link) error {
			hear(ctx, l, func(control.Message) {})
			return nil
		}}.call(t.Context(), t, callPlan())
		if code(o.err) != netcheck.ReasonLinkLost || o.sum != nil {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
	})
}

// closing is a source that is told when nobody needs it any more.
type closing struct {
	video.Source
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

func TestTheOtherEndsSourceGivesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := callPlan()
		gone := &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The camera was unplugged."}
		source := &closing{Source: &broken{picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1), 15, gone}}
		o := meeting{theirs: source}.call(t.Context(), t, p)
		d := o.sum.Down
		if o.err != nil || !d.Known || d.Sent != 15 || d.Shown != 15 || d.Lost != 0 || !whole(o.sum.Up, 45) || len(o.failed) != 1 || source.closed != 1 {
			t.Errorf("%v, %+v, told there %v, closed %d times", o.err, o.sum, o.failed, source.closed)
		}
		if d.Freezes != 0 || o.sum.FarSource != "file" {
			t.Errorf("%+v: a picture that has ended does not freeze; source %q", d, o.sum.FarSource)
		}
	})
}

func TestOwnSourceOfACallGivesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := callPlan()
		gone := &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "The camera was unplugged."}
		o := meeting{source: &broken{picture.NewSynthetic(p.Width, p.Height, p.Source.Difficulty, p.FPS, 1), 15, gone}}.call(t.Context(), t, p)
		if !errors.Is(o.err, gone) || o.sum == nil || !o.sum.Partial || o.sum.Up.Sent != 15 || o.sum.Up.Shown != 15 || o.sum.Down.Lost != 0 || count(o, netcheck.SourceEnded) != 1 {
			t.Errorf("%v, %+v", o.err, o.sum)
		}
	})
}

// TestAnOrderTakesThePlaceOfACall: the message that came instead is given back, and the next call on the same link works.
func TestAnOrderTakesThePlaceOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meeting{}
		l, far := m.link()
		o := &called{}
		answer := m.answering(o)
		media := far.Media()
		taken := make(chan *control.Message)
		go func() {
			first := control.Message{ID: 5, Call: &control.Call{MaxKbps: 900, StartKbps: 500, Width: 320, Height: 180, FPS: 15, Duration: time.Hour}}
			next, err := answer.Take(t.Context(), media, first)
			if err != nil {
				t.Error(err)
			}
			taken <- next
		}()
		if err := say(t.Context(), l, control.Message{ID: 5, Account: &control.CallAccount{}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // virtual
		if err := say(t.Context(), l, control.Message{ID: 6, Video: &control.Video{MaxKbps: 100}}); err != nil {
			t.Fatal(err)
		}
		if next := <-taken; next == nil || next.Video == nil || next.ID != 6 || answer.Handles(*next) {
			t.Errorf("given back %+v", next)
		}
		if l.Close() != nil {
			t.Error("the link did not close")
		}
	})
}

func TestAnswerRefusesOtherOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meeting{}
		l, far := m.link()
		served := make(chan error, 1)
		go func() { served <- m.answering(&called{}).Serve(t.Context(), far.Media()) }()
		var got []string
		for _, order := range []control.Message{{ID: 1, Video: &control.Video{MaxKbps: 100}}, {ID: 2, Finish: &control.Finish{}}, {ID: 3},
			{ID: 4, Call: &control.Call{MaxKbps: 900, StartKbps: 500, Width: 321, Height: 180, FPS: 15, Duration: time.Hour}},
			{ID: 5, Call: &control.Call{MaxKbps: 900, StartKbps: 500, Width: 320, Height: 180, FPS: 20, Duration: time.Hour}}} {
			if err := say(t.Context(), l, order); err != nil {
				t.Fatal(err)
			}
			b, err := l.Media().Control().Receive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if m, err := control.Decode(b); err != nil || m.Refusal == nil || m.ID != order.ID {
				t.Errorf("%+v was answered %s, %v", order, b, err)
			} else {
				got = append(got, m.Refusal.Code)
			}
		}
		if want := "unexpected unexpected malformed limit limit"; strings.Join(got, " ") != want {
			t.Errorf("refused as %v, want %s", got, want)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// TestTwoCallsOnOneLink: an end that has answered is ready for the next call, also for a smaller picture than is asked for.
func TestTwoCallsOnOneLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meeting{}
		l, far := m.link()
		answer := m.answering(&called{})
		answer.Limits.MaxWidth = 400
		served := make(chan error, 1)
		go func() { served <- answer.Serve(t.Context(), far.Media()) }()
		for i := range 2 {
			p := callPlan(func(p *netcheck.VideoPlan) { p.Width, p.Height, p.Duration = 480, 270, time.Second })
			c := &video.Call{Path: netcheck.PathDirect, Plan: p, Start: time.Now(), Source: picture.NewSynthetic(480, 270, netcheck.DifficultyNormal, p.FPS, 1)}
			o := &called{}
			sum, err := c.Run(t.Context(), l, o.note)
			if err != nil {
				t.Fatal(err)
			}
			s := sum.(*netcheck.CallSummary)
			if !whole(s.Up, 15) || !whole(s.Down, 15) || s.Down.WidthAsked != 320 || s.Up.Width != 480 {
				t.Errorf("call %d: up %+v, down %+v", i, s.Up, s.Down)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
