package loss_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/loss"
	"echopath/netcheck/netchecktest"
)

// farEnd answers the order with what answer makes of it, and then nothing more. It must be called inside a bubble.
func farEnd(ctx context.Context, t *testing.T, lp loss.Probe, answer func(id uint32) [][]byte) (netcheck.Summary, error) {
	t.Helper()
	local, far := netchecktest.NewLink(nil, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		b, err := far.Control().Receive(t.Context())
		if err != nil {
			return
		}
		m, err := control.Decode(b)
		if err != nil || m.Order == nil {
			t.Errorf("no order: %+v, %v", m, err)
		}
		for _, b := range answer(m.ID) {
			if err := far.Control().Send(t.Context(), b); err != nil {
				t.Error(err)
			}
		}
	}()
	lp.Path, lp.Start = netcheck.PathDirect, time.Now()
	if lp.Plan.Rate == 0 {
		lp.Plan = plan()
	}
	sum, err := lp.Run(ctx, local, func(netcheck.Event) {})
	if err := local.Close(); err != nil {
		t.Error(err)
	}
	<-done
	return sum, err
}

func message(m control.Message) []byte {
	b, err := control.Encode(m)
	if err != nil {
		panic(err)
	}
	return b
}

func grant(id uint32) []byte { return message(control.Message{ID: id, Grant: &control.Grant{}}) }

func TestOrdersThatAreNotGranted(t *testing.T) {
	refusal := func(id uint32) []byte {
		return message(control.Message{ID: id, Refusal: &control.Refusal{Code: "busy", Text: "too many tests at once"}})
	}
	pigeon, long := plan(), plan()
	pigeon.Carriers = []netcheck.Carrier{"pigeon"}
	long.Rate, long.Duration = 20_000, time.Minute
	tests := []struct {
		name   string
		probe  loss.Probe
		answer func(id uint32) [][]byte
		want   netcheck.ReasonCode
		text   string
	}{
		{"refused", loss.Probe{}, func(id uint32) [][]byte { return [][]byte{refusal(id)} }, netcheck.ReasonFarRefused, "too many tests at once"},
		{"refused after what belongs to an earlier test", loss.Probe{}, func(id uint32) [][]byte {
			return [][]byte{{1, 3, 3, 7}, refusal(id + 1), grant(id + 2), refusal(id)}
		}, netcheck.ReasonFarRefused, "too many tests at once"},
		{"an answer of another version", loss.Probe{}, func(uint32) [][]byte { return [][]byte{[]byte(`{"v":2,"id":1,"grant":{}}`)} },
			netcheck.ReasonFarRefused, "can not be understood"},
		{"no answer", loss.Probe{}, func(uint32) [][]byte { return nil }, netcheck.ReasonLinkLost, "connection to the other end"},
		{"a carrier that the link has not", loss.Probe{Plan: pigeon}, func(id uint32) [][]byte { return [][]byte{grant(id)} },
			netcheck.ReasonFarRefused, "carrier"},
		{"no file for the packets", loss.Probe{Plan: long, Spool: func() (loss.Spool, error) { return nil, errors.New("read-only file system") }},
			func(id uint32) [][]byte { return [][]byte{grant(id)} }, netcheck.ReasonLocal, "read-only file system"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sum, err := farEnd(t.Context(), t, tt.probe, tt.answer)
				var f *netcheck.Failure
				if !errors.As(err, &f) || f.Code != tt.want || !strings.Contains(f.Error(), tt.text) || f.Advice == "" || sum != nil {
					t.Errorf("%+v, %v; want %s with %q", sum, err, tt.want, tt.text)
				}
			})
		})
	}
}

func TestCancelledBeforeTheGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		sum, err := farEnd(ctx, t, loss.Probe{}, func(uint32) [][]byte { return nil })
		var f *netcheck.Failure
		if !errors.As(err, &f) || f.Code != netcheck.ReasonCancelled || sum != nil {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}

// A far end that grants and then neither answers a packet nor sends its log.
func TestASilentFarEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		sum, err := farEnd(t.Context(), t, loss.Probe{}, func(id uint32) [][]byte { return [][]byte{grant(id)} })
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range sum.(*netcheck.LossSummary).Carriers {
			s := c.Stats
			if s.Total.Lost != 200 || s.Up.Known || s.Up.RatioOK || c.Self.LogComplete || s.RTT.OK {
				t.Errorf("%s: %+v", c.Carrier, s)
			}
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// closer counts how often a file is closed.
type closer struct {
	loss.Spool
	closed *int
}

func (c closer) Close() error { *c.closed++; return nil }

// The file of the first carrier is closed when there is none for the second.
func TestFilesAreClosedWhenOneIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Rate, p.Duration = 20_000, time.Minute
		opened, closed := 0, 0
		lp := loss.Probe{Plan: p, Spool: func() (loss.Spool, error) {
			if opened++; opened > 1 {
				return nil, errors.New("too many open files")
			}
			return closer{closed: &closed}, nil
		}}
		_, err := farEnd(t.Context(), t, lp, func(id uint32) [][]byte { return [][]byte{grant(id)} })
		if err == nil || opened != 2 || closed != 1 {
			t.Errorf("%d opened, %d closed, %v", opened, closed, err)
		}
	})
}
