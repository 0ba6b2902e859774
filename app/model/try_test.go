package model

import (
	"errors"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

// The servers can be asked whatever else is wrong with the form.
func TestServersPlanIsOfTheServersOnly(t *testing.T) {
	f := DefaultForm()
	f.Target, f.Preset, f.Load.Rate, f.Paths = netcheck.TargetSelf, Custom, "many", nil
	f.Servers = Servers{URLs: "turn:192.0.2.1\nstun:192.0.2.2", User: "u", Password: "p"}
	plan := f.ServersPlan()
	if _, err := plan.Grant(); err != nil {
		t.Fatalf("the plan can not be granted: %v", err)
	}
	if got := len(plan.Target.Servers); got != 2 {
		t.Fatalf("%d servers, want 2", got)
	}
	if s := plan.Target.Servers[0]; s.Username != "u" || s.Password.Reveal() != "p" {
		t.Errorf("the login did not come along: %+v", s)
	}
}

func TestTryText(t *testing.T) {
	if got, want := TryText(nil, 12*time.Millisecond), "works, answered in 12 ms"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got := TryText(&netcheck.Failure{Text: "The server did not accept the password", Advice: "Check it."}, time.Second)
	if !strings.Contains(got, "password. Check it.") {
		t.Errorf("got %q", got)
	}
}

// An interface that this computer has not got is told while it is typed.
func TestInterfaceIsCheckedAsItIsTyped(t *testing.T) {
	m := NewTest(Units{})
	m.CheckInterfaces(func(name string, self bool) error {
		if name == "eth0" && !self {
			return nil
		}
		return errors.New("this computer has no interface \"" + name + "\": use one of lo, eth0")
	})
	f := DefaultForm()
	f.Iface = "eth9"
	m.SetForm(f)
	v := m.View(0)
	if c := m.Checked(); v.CanStart || !strings.HasPrefix(c.Problems[FieldIface], "This computer has no interface") || v.StartWhy != c.Problem {
		t.Errorf("%+v, start %v: %q", c.Problems, v.CanStart, v.StartWhy)
	}
	f.Iface, f.Target, f.Servers.URLs = "eth0", netcheck.TargetTURN, "stun:stun.example.com"
	m.SetForm(f)
	if c := m.Checked(); c.Problem != "" {
		t.Errorf("%q", c.Problem)
	}
}
