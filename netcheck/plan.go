package netcheck

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Plan is what the user asked for. It is data: it can be stored, shown and compared. Secrets in it never marshal.
type Plan struct {
	Title          string        `json:"title,omitempty"`
	Target         Target        `json:"target"`
	Paths          []Path        `json:"paths"`
	Family         Family        `json:"family"`
	Interface      string        `json:"interface,omitempty"`
	Loss           LossPlan      `json:"loss"` // not run when Video.Mode.Only()
	Video          VideoPlan     `json:"video,omitzero"`
	Network        NetworkPlan   `json:"network,omitzero"` // runs before the paths
	ConnectTimeout time.Duration `json:"connect_timeout_ns"`
}

// Target is who the other end is.
type Target struct {
	Kind    TargetKind  `json:"kind"`
	Servers []ICEServer `json:"servers,omitempty"`
	// Invite is the text of the invite of a TargetInvite, a secret. It may be empty where the session has joined already.
	Invite Secret `json:"-"`
}

// LossPlan is the load of the loss probe.
type LossPlan struct {
	Preset    string        `json:"preset,omitempty"`
	Carriers  []Carrier     `json:"carriers"`
	Rate      float64       `json:"rate"` // packets a second, a carrier
	Size      int           `json:"size"` // bytes a datagram, before the carrier's own headers
	Duration  time.Duration `json:"duration_ns"`
	Warmup    time.Duration `json:"warmup_ns"` // sent before the measured part and left out of it
	LateAfter time.Duration `json:"late_after_ns"`
}

// Limits of a plan. The size keeps one message one packet: pion's SCTP cuts a message above 1156 bytes in two.
const (
	MinSize     = 64
	MaxSize     = 1150
	MinRate     = 1
	MaxRate     = 20_000
	MinDuration = time.Second
	MaxDuration = 24 * time.Hour
	MaxPackets  = 10_000_000 // a carrier and path
	// BundlingRate is the message rate above which a data channel puts several messages into one packet.
	BundlingRate = 500

	DefaultLateAfter      = 150 * time.Millisecond
	DefaultWarmup         = 500 * time.Millisecond
	DefaultConnectTimeout = 5 * time.Second
)

// Preset is a named load.
type Preset struct {
	Name  string
	Title string
	Loss  LossPlan
}

// Presets lists the loads that can be asked for by name. "custom" is not among them: it is what a plan is called once a field
// differs from its preset.
func Presets() []Preset {
	load := func(name, title string, rate float64, size int, d time.Duration) Preset {
		return Preset{name, title, LossPlan{Preset: name, Carriers: AllCarriers(), Rate: rate, Size: size, Duration: d,
			Warmup: DefaultWarmup, LateAfter: DefaultLateAfter}}
	}
	return []Preset{
		load("quick", "Quick check 100/s x 200 B, 5 s", 100, 200, 5*time.Second),
		load("voice", "Voice 50/s x 160 B, 10 s", 50, 160, 10*time.Second),
		load("video", "Video-like 300/s x 1100 B, 10 s", 300, 1100, 10*time.Second),
		load("game", "Game 64/s x 100 B, 10 s", 64, 100, 10*time.Second),
		load("long", "Long run 50/s x 160 B, 10 min", 50, 160, 10*time.Minute),
	}
}

// PresetByName finds a preset; the error lists the names.
func PresetByName(name string) (Preset, error) {
	for _, p := range Presets() {
		if p.Name == name {
			return p, nil
		}
	}
	return Preset{}, fmt.Errorf("%q is not a preset: use quick, voice, video, game or long", name)
}

// Packets is the number of measured packets a carrier and path.
func (l LossPlan) Packets() int {
	return int(math.Round(l.Rate * l.Duration.Seconds()))
}

// WarmupPackets is the number of packets sent before the measured part, a carrier.
func (l LossPlan) WarmupPackets() int {
	return int(math.Round(l.Rate * l.Warmup.Seconds()))
}

// Interval is the time between two packets of one carrier.
func (l LossPlan) Interval() time.Duration {
	if l.Rate <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / l.Rate)
}

// Kbps is the offered bitrate of probe datagrams in one direction, all carriers together, in kbit/s, without the headers of
// carriers, UDP and IP.
func (l LossPlan) Kbps() float64 {
	return float64(len(l.Carriers)) * l.Rate * float64(l.Size) * 8 / 1000
}

// Estimate is what a plan will cost, known before it starts.
type Estimate struct {
	Packets  int           // measured packets sent by this end, all paths and carriers
	Kbps     float64       // most bits a second in each direction while a path runs, all probes
	Duration time.Duration // without connecting and draining
}

// Estimate computes the cost of the plan.
func (p Plan) Estimate() Estimate {
	n := len(p.Paths)
	var e Estimate
	if !p.Video.Mode.Only() && !p.Network.Only {
		e = Estimate{
			Packets:  n * len(p.Loss.Carriers) * p.Loss.Packets(),
			Kbps:     p.Loss.Kbps(),
			Duration: time.Duration(n) * (p.Loss.Warmup + p.Loss.Duration),
		}
	}
	switch p.Video.Mode {
	case VideoAlone, VideoAfterLoss, VideoCall:
		videos := n
		if p.Video.Paths > 0 {
			videos = min(n, p.Video.Paths)
		}
		e.Kbps = max(e.Kbps, p.Video.MaxKbps)
		e.Duration += time.Duration(videos) * p.Video.Duration
	case VideoUnderLoad:
		e.Kbps += p.Video.MaxKbps
	case VideoNone:
	}
	e.Duration += p.Network.estimate()
	return e
}

// PlanError tells that a plan can not be run as it is: whoever made it has to change it.
type PlanError struct{ Err error }

// Error gives what is wrong, a line each.
func (e *PlanError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *PlanError) Unwrap() error { return e.Err }

// Grant checks the plan and fills in what it leaves open. What comes back is what a session runs; the plan itself is kept
// beside it. The error is a *PlanError that joins everything that is wrong, a line each, in words.
func (p Plan) Grant() (Plan, error) {
	g := p.filled()
	if g.Network.Only {
		if err := errors.Join(append(g.Network.check(), g.checkPaths(), g.checkTarget())...); err != nil {
			return g, &PlanError{err}
		}
		return g, nil
	}
	wrong := append(g.Video.check(), g.checkPaths(), g.checkTarget())
	wrong = append(wrong, g.Network.check()...)
	if g.Video.Mode == VideoCall && g.Target.Kind != TargetInvite {
		wrong = append(wrong, errors.New("a call needs another Echopath: use an invite as target"))
	}
	if !g.Video.Mode.Only() {
		wrong = append(g.Loss.check(), wrong...)
	}
	if err := errors.Join(wrong...); err != nil {
		return g, &PlanError{err}
	}
	if err := g.checkApplicable(); err != nil {
		return g, &PlanError{err}
	}
	return g, nil
}

// maxTitle bounds the title of a run, in characters.
const maxTitle = 200

// filled gives the plan with defaults in place of what it leaves open.
func (p Plan) filled() Plan {
	switch p.Network = p.Network.filled(); {
	case p.Network.Only:
		p.Paths, p.Video = nil, VideoPlan{}
	case len(p.Paths) == 0:
		p.Paths = AllPaths()
	}
	if p.Family == "" {
		p.Family = FamilyAuto
	}
	if p.ConnectTimeout == 0 {
		p.ConnectTimeout = DefaultConnectTimeout
	}
	if len(p.Loss.Carriers) == 0 {
		p.Loss.Carriers = AllCarriers()
	}
	if p.Video = p.Video.filled(); p.Video.Mode == VideoUnderLoad { // the packets are to see the call from before it begins until it ends
		p.Loss.Duration = p.Video.Idle + p.Video.Duration
	}
	if p.Loss.LateAfter == 0 {
		p.Loss.LateAfter = DefaultLateAfter
	}
	if p.Title = truncate(p.Title, maxTitle); p.Target.Kind == TargetUnknown {
		p.Target.Kind = TargetSelf
	}
	return p
}

// checkApplicable refuses a plan of which nothing can be run. The target self gets its servers when it starts, and a guest gets
// those of its host when it has joined.
func (p Plan) checkApplicable() error {
	if p.Target.Kind == TargetSelf || p.Target.Kind == TargetInvite {
		return nil
	}
	var why *Failure
	for _, st := range schedule(p) {
		if st.reason == nil {
			return nil
		}
		if why == nil || why.Code == ReasonSameMachine {
			why = st.reason
		}
	}
	return fmt.Errorf("none of the asked paths can be run: %s %s", why.Text, why.Advice)
}

// maxConnectTimeout bounds what a slip of the unit could ask for.
const maxConnectTimeout = 10 * time.Minute

func (p Plan) checkPaths() error {
	for i, path := range p.Paths {
		switch {
		case !knownPath(path):
			return fmt.Errorf("%q is not a path: use direct, stun, relay-udp, relay-tcp or relay-tls", path)
		case slices.Contains(p.Paths[:i], path):
			return fmt.Errorf("the path %s is given twice", path)
		}
	}
	if _, err := ParseFamily(string(p.Family)); err != nil {
		return err
	}
	if p.ConnectTimeout < 0 || p.ConnectTimeout > maxConnectTimeout {
		return fmt.Errorf("connect timeout must be at most %v", maxConnectTimeout)
	}
	return nil
}

func truncate(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

func (p Plan) checkTarget() error {
	switch p.Target.Kind {
	case TargetSelf, TargetInvite:
		return nil
	case TargetTURN:
		if len(p.Target.Servers) == 0 {
			return errors.New("the target turn needs at least one server address")
		}
		return nil
	}
	return fmt.Errorf("%q is not a target: use self, turn or an invite", p.Target.Kind)
}

func (l LossPlan) check() []error {
	var errs []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(math.IsNaN(l.Rate) || l.Rate < MinRate || l.Rate > MaxRate, "rate must be from %d to %d packets a second", MinRate, MaxRate)
	wrong(l.Size < MinSize || l.Size > MaxSize, "size must be from %d to %d bytes, so that one message stays one packet", MinSize, MaxSize)
	wrong(l.Duration < MinDuration || l.Duration > MaxDuration, "duration must be from 1s to 24h")
	wrong(l.LateAfter < time.Millisecond || l.LateAfter > time.Minute, "late-after must be from 1ms to 1m")
	wrong(l.Warmup < 0 || l.Warmup > 10*time.Second, "warm-up must be from 0s to 10s")
	for i, c := range l.Carriers {
		wrong(c != CarrierDataChannel && c != CarrierSRTP, "%q is not a carrier: use datachannel or srtp", c)
		wrong(slices.Contains(l.Carriers[:i], c), "the carrier %q is given twice", c)
	}
	if len(errs) == 0 {
		wrong(l.Packets() > MaxPackets, "rate x duration is more than %d packets a path: lower one of them", MaxPackets)
	}
	return errs
}
