package view

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// press taps a button of the sheet that is in front.
func press(d *world, text string) {
	d.t.Helper()
	top := d.win.Canvas().Overlays().Top()
	for _, o := range test.LaidOutObjects(top) {
		if b, ok := o.(*widgets.Button); ok && b.Text == text && b.Visible() {
			test.Tap(b)
			return
		}
	}
	d.t.Fatalf("there is no button %q in front", text)
}

func TestNetworkOptionsByKeyboard(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.askLong()
	f := d.n.Form()
	f.Network.Rate = false
	d.n.SetForm(f)
	d.w.edited(TrialNetwork)
	d.w.actions.options.run()
	got := d.walk()
	for _, want := range []string{"NAT lifetime (3 min)", "Rate of one flow (2 min)", "Idle time-out (5 min)", "Page of Cloudflare", "Done", "Cancel"} {
		if !slices.Contains(got, want) {
			t.Errorf("Tab does not reach %q: %q", want, got)
		}
	}
	d.focus("Rate of one flow (2 min)")
	d.press(fyne.KeySpace)
	if p := d.n.Checked().Plan.Network; !slices.Equal(p.Long, everyLong) {
		t.Errorf("Space does not choose: %v", p.Long)
	}
	if f := d.m.Form().Network; !f.Rate {
		t.Error("the form that is kept does not know of it")
	}
	d.press(fyne.KeyEscape)
	if p := d.n.Checked().Plan.Network; slices.Contains(p.Long, netcheck.ProbeRate) {
		t.Errorf("cancelling keeps it: %v", p.Long)
	}
}

func TestQuestionsThatCanNotBeAskedAreOff(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.w.show(screenNetwork)
	d.n.OfferLong(everyLong)
	d.w.actions.options.run()
	got := d.walk()
	if !slices.Contains(got, "NAT lifetime (3 min)") || slices.Contains(got, "Rate of one flow (2 min)") {
		t.Errorf("%q", got)
	}
}

func TestPortalPageIsChosen(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.onNetwork()
	o := &networkOptions{testOptions: newOptions(d.n, func() { d.w.edited(TrialNetwork) }), network: d.n}
	o.portal()
	o.cost = widget.NewLabel("")
	if o.address.Text != "http://cp.cloudflare.com/generate_204" || !o.address.Disabled() {
		t.Errorf("%q", o.address.Text)
	}
	o.page.SetSelected("A page of my own")
	if o.address.Text != "" || o.address.Disabled() || d.n.Checked().Problems[model.FieldPortal] == "" {
		t.Errorf("%q %v", o.address.Text, d.n.Checked().Problems)
	}
	o.address.SetText("http://page.example/")
	if got := d.n.Checked().Plan.Network.Portal; got != "http://page.example/" {
		t.Errorf("%q", got)
	}
	o.page.SetSelected("No page is asked")
	if got := d.n.Checked().Plan.Network.Portal; got != "" || o.address.Text != "" {
		t.Errorf("%q, shown is %q", got, o.address.Text)
	}
	o.page.SetSelected("A page of my own")
	if o.address.Text != "http://page.example/" {
		t.Errorf("what was typed is lost: %q", o.address.Text)
	}
}

// The sheet has its place in a window of 900 x 600, whatever it says.
func TestNetworkOptionsFit(t *testing.T) {
	d := newWorld(t, look.ModeLight, narrow)
	d.askLong()
	f := d.n.Form()
	f.Network.Portal, f.Network.Page, f.Iface = model.PortalOwn, "https://page.example.com/", "eth9"
	d.n.SetForm(f)
	d.w.edited(TrialNetwork)
	for _, open := range []func(){d.w.actions.options.run, d.w.editServers} {
		open()
		if least := d.win.Canvas().Overlays().Top().MinSize(); least.Width > narrow.Width || least.Height > narrow.Height {
			t.Errorf("the sheet needs %v", least)
		}
		d.press(fyne.KeyEscape)
	}
}

// chosen names a file in the file dialog in front, as a person would.
func (d *world) chosen(name string) {
	d.t.Helper()
	for _, o := range test.LaidOutObjects(d.win.Canvas().Overlays().Top()) {
		if e, ok := o.(*widgets.Entry); ok && e.PlaceHolder == "File name" {
			e.SetText(name)
			d.win.Canvas().Focus(e)
			d.press(fyne.KeyReturn)
			return
		}
	}
	d.t.Fatal("no file is asked for")
}

func TestListOfServersIsLoaded(t *testing.T) {
	d := newNetworkWorld(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "list.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.settings.Folders = map[string]string{folderServers: folder}
	u, err := netcheck.ParseServerURL("turn:list.example:3478")
	if err != nil {
		t.Fatal(err)
	}
	d.list = []netcheck.ICEServer{{URL: u, Username: "carl", Password: "s3cr3t"}}
	d.w.editServers()
	press(d, "Load list…")
	d.chosen("list.json")
	if calls := d.asked(); calls[len(calls)-1] != "servers "+file {
		t.Fatalf("%q", calls)
	}
	if s := d.m.Form().Servers; !strings.HasPrefix(s.URLs, "turn:list.example:3478") || s.User != "carl" || s.Password != "s3cr3t" {
		t.Errorf("%+v", s)
	}
	d.fail = errors.New("line 2: this is no server")
	before := d.m.Form().Servers
	press(d, "Load list…")
	d.chosen("list.json")
	if d.sheets() != 2 || d.m.Form().Servers.URLs != before.URLs {
		t.Errorf("a bad file: %d sheets, %+v", d.sheets(), d.m.Form().Servers)
	}
}

func TestPasswordGoesIntoTheListOnlyIfAskedFor(t *testing.T) {
	for answer, want := range map[string]string{"Without it": " false", "With the password": " true"} {
		t.Run(answer, func(t *testing.T) {
			d := newNetworkWorld(t)
			folder := t.TempDir()
			d.settings.Folders = map[string]string{folderServers: folder}
			d.w.editServers()
			press(d, "Save list…")
			press(d, answer)
			d.chosen("mine.json")
			if calls := d.asked(); calls[len(calls)-1] != "list "+filepath.Join(folder, "mine.json")+want {
				t.Errorf("%q", calls)
			}
		})
	}
	d := newNetworkWorld(t)
	d.w.editServers()
	press(d, "Save list…")
	d.press(fyne.KeyEscape)
	if calls := d.asked(); d.sheets() != 1 || len(calls) > 0 && strings.HasPrefix(calls[len(calls)-1], "list") {
		t.Errorf("Escape writes: %d sheets, %q", d.sheets(), calls)
	}
}
