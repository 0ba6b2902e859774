package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// networkScreen is the screen "Network": whom to ask, what came of it, how far what is sent comes, and below it the areas of the network
// with what they rest on.
type networkScreen struct {
	object fyne.CanvasObject
	form   *networkForm
	banner *widgets.Banner
	route  *widgets.NetMap
	cards  *widgets.NetCards
	lower  *networkLower
	model  *model.Network
}

func newNetworkScreen(m *model.Network, do formActions) *networkScreen {
	s := &networkScreen{model: m, banner: widgets.NewBanner(), route: widgets.NewNetMap(), cards: widgets.NewNetCards()}
	s.form = newNetworkForm(m, do)
	s.lower = newNetworkLower(m, s.cards)
	s.route.OnOpen, s.cards.OnOpen = s.open, s.open
	s.cards.OnSelect = s.lower.follow
	s.route.Set(m.View(0).Map) // its height is that of the lanes
	top := container.New(stacked{gap}, s.form.object, s.banner, widgets.Card(s.route))
	object := framed(top, nil, container.New(under{gap}, s.lower.object), nil)
	s.object, s.form.grown = object, object.Refresh
	return s
}

// copyFor connects the button in the header with its action.
func (s *networkScreen) copyFor(a *action) { s.form.copyFor(a) }

// open shows what is known of an area.
func (s *networkScreen) open(a netcheck.Area) {
	s.cards.Select(a)
	s.lower.open(a)
}

// begin is for a new run: the areas are what there is to see.
func (s *networkScreen) begin() { s.lower.begin() }

// show brings the screen in line with the state. running is the view of the run that goes on, here or on another screen.
func (s *networkScreen) show(v model.NetworkView, running model.View) {
	s.form.show(v.View, running)
	s.banner.Set(v.Banner)
	s.route.Set(v.Map)
	s.cards.Set(v.Cards)
	s.lower.show(v)
}

// networkTargets are whom this screen can ask: this computer alone has no network.
var networkTargets = []targetChoice{
	{netcheck.TargetSelf, "Public STUN servers"},
	{netcheck.TargetTURN, turnName},
	{netcheck.TargetInvite, remoteName},
}

// networkForm is the header: whom to ask, and the one primary button.
type networkForm struct {
	*formHead
	copy   *widgets.Button
	action *action
}

func newNetworkForm(m *model.Network, do formActions) *networkForm {
	f := &networkForm{formHead: newFormHead(m, networkTargets, do)}
	f.copy = widgets.NewButton("Copy for the firewall team", theme.ContentCopyIcon(), func() { f.action.run() })
	tip := func() string {
		return why(f.action, "Copy addresses, ports, times and what to allow as text, for a ticket or a mail to the firewall team")()
	}
	f.buildOver(f.withCost(widgets.Tipped(f.copy, tip)), "The version of IP, the network interface, a title for the report")
	return f
}

func (f *networkForm) copyFor(a *action) { f.action = a }

// load puts the model's form into the controls.
func (f *networkForm) load() {
	f.loading = true
	defer func() { f.loading = false }()
	f.loadHead(f.model.Form())
}

func (f *networkForm) show(v, running model.View) {
	f.showHead(v, running)
	ok, _ := f.action.enabled()
	disable(!ok, f.copy)
}
