package model

import (
	"strings"

	"echopath/netcheck"
)

// Check reads the form and builds the plan. It is pure.
func (f Form) Check() Checked { return f.check(Units{}) }

// reading is a form that is being read.
type reading struct {
	form     Form
	plan     netcheck.Plan
	problems map[Field]string
	order    []string // the problems as they were found, from the top of the form to its foot
	hints    map[netcheck.Path]string
	unfit    map[netcheck.Path]string
}

func newReading(f Form) *reading {
	r := &reading{form: f, problems: map[Field]string{}, hints: map[netcheck.Path]string{}, unfit: map[netcheck.Path]string{}}
	r.plan.Title = strings.TrimSpace(f.Title)
	return r
}

func (f Form) check(u Units) Checked {
	r := newReading(f)
	r.readTarget()
	r.readPaths()
	r.readLoad()
	r.readNetwork()
	return r.checked(u)
}

// checked is what came of the reading.
func (r *reading) checked(u Units) Checked {
	granted := r.grant()
	c := Checked{Plan: r.plan, Problems: r.problems, Hints: r.hints, unfit: r.unfit}
	if len(r.order) > 0 {
		c.Problem = r.order[0]
		c.Missing = c.Problem == r.problems[FieldInvite] && noInvite(r.form.Invite)
		return c
	}
	c.Cost, c.CostHint = cost(granted, u)
	return c
}

// wrong notes a problem. The first one of a field stands: it is what has to be mended first.
func (r *reading) wrong(f Field, sentence string) {
	if r.problems[f] != "" {
		return
	}
	r.problems[f] = sentence
	r.order = append(r.order, sentence)
}

// wrong adds what only somebody else could find out.
func (c *Checked) wrong(f Field, sentence string) {
	c.Problems[f] = sentence
	if c.Problem == "" {
		c.Problem = sentence
	}
}

func (r *reading) readTarget() {
	switch r.form.Target {
	case netcheck.TargetSelf:
		r.plan.Target.Kind = netcheck.TargetSelf
	case netcheck.TargetTURN:
		r.plan.Target.Kind = netcheck.TargetTURN
		r.readServers()
	case netcheck.TargetInvite:
		r.readInvite()
	default:
		r.wrong(FieldTarget, "Choose what to test: this computer, TURN servers or another Echopath.")
	}
}

// readInvite takes the invite. With servers of one's own, the editor of which belongs to another target, nothing is done.
func (r *reading) readInvite() {
	r.plan.Target.Kind = netcheck.TargetInvite
	if why := inviteProblem(r.form.Invite); why != "" {
		r.wrong(FieldInvite, why)
		return
	}
	r.plan.Target.Invite = netcheck.Secret(strings.TrimSpace(r.form.Invite.Reveal()))
}

// readNetwork reads the IP version and the interface. Whether there is such an interface is the session's business.
func (r *reading) readNetwork() {
	r.plan.Family = r.form.Family
	if r.form.Family == "" {
		r.plan.Family = netcheck.FamilyAuto
	}
	if _, err := netcheck.ParseFamily(string(r.plan.Family)); err != nil {
		r.wrong(FieldFamily, "Choose the IP version: auto, 4 or 6.")
	}
	r.plan.Interface = strings.TrimSpace(r.form.Iface)
}

// grant lets the engine have the last word. What is wrong with the form leaves holes in the plan, about which the engine need
// not complain a second time.
func (r *reading) grant() netcheck.Plan {
	granted, err := r.plan.Grant()
	if err == nil || len(r.order) > 0 {
		return granted
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		r.order = append(r.order, sentence(forWindow(line)))
	}
	return granted
}
