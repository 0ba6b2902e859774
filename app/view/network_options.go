package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/model"
	"echopath/app/widgets"
)

// networkOptions is the sheet of the screen "Network": what matters where nothing is measured, the page that shows a captive portal, and
// the questions that take minutes. What is typed takes effect at once; cancelling puts the form back as it was.
type networkOptions struct {
	*testOptions
	network *model.Network
	page    *widgets.Select
	address *widgets.Entry
	long    []*widgets.Check
	loading bool
}

// showNetworkOptions opens the sheet.
func showNetworkOptions(win fyne.Window, m *model.Network, changed func()) {
	o := &networkOptions{testOptions: newOptions(m, changed), network: m}
	page, address := o.portal()
	rows := []fyne.CanvasObject{container.NewGridWithColumns(2, o.testOptions.network()...), container.NewGridWithColumns(2, page, address)}
	if long := o.questions(); long != nil {
		rows = append(rows, long)
	}
	rows = append(rows, o.titleBox())
	o.showRows(win, "Options of the network test", o.iface, sheetSize{width: 640, lines: 4}, rows...)
}

const portalHint = "A hotel's or guest network's log-in page answers in place of any page of plain HTTP: that is how it is found. " +
	"The page is fetched when you start a test, and never else; its owner sees this computer's address then, and its date shows whether the clock here is right."

// portal is the choice of a page, and its address: whoever is asked is named.
func (o *networkOptions) portal() (page, address fyne.CanvasObject) {
	choices := model.PortalChoices()
	names, selected := make([]string, len(choices)), ""
	for i, c := range choices {
		names[i] = c.Title
		if c.Name == o.model.Form().Network.Portal {
			selected = c.Title
		}
	}
	o.page = newSelect(names, nil)
	o.page.SetSelected(selected)
	o.page.OnChanged = o.choosePage
	box := newBox("Look for a log-in page (captive portal) by", o.page, portalHint)
	o.boxes[model.FieldPortal] = box
	o.address = widgets.NewEntry()
	o.address.OnChanged = func(text string) {
		if !o.loading {
			o.edit(func(f *model.Form) { f.Network.Page = text })
		}
	}
	o.showAddress()
	return box, newBox("Address of the page", o.address, "What is fetched. A page of your own must be plain HTTP and answer with status 204 and nothing else. Choose “A page of my own” to type here.")
}

func (o *networkOptions) choosePage(title string) {
	o.edit(func(f *model.Form) {
		for _, c := range model.PortalChoices() {
			if c.Title == title {
				f.Network.Portal = c.Name
			}
		}
	})
	o.showAddress()
}

// showAddress names the page that is chosen.
func (o *networkOptions) showAddress() {
	o.loading = true
	defer func() { o.loading = false }()
	f := o.model.Form().Network
	text := ""
	for _, c := range model.PortalChoices() {
		if c.Name == f.Portal {
			text = c.Address
		}
	}
	if f.Portal == model.PortalOwn {
		text = f.Page
	}
	o.address.SetText(text)
	disable(f.Portal != model.PortalOwn, o.address)
}

// questions are those that take minutes; nil if this program has none.
func (o *networkOptions) questions() fyne.CanvasObject {
	row := container.NewHBox()
	for _, c := range o.network.LongChoices() {
		check := widgets.NewCheck(c.Title, nil)
		check.SetChecked(c.On && c.Off == "")
		check.OnChanged = func(on bool) { o.edit(func(f *model.Form) { f.Network.Choose(c.Kind, on) }) }
		disable(c.Off != "", check)
		tip := c.Hint
		if c.Off != "" {
			tip += " " + c.Off
		}
		o.long = append(o.long, check)
		row.Add(widgets.Tipped(check, widgets.Tip(tip)))
	}
	if len(row.Objects) == 0 {
		return nil
	}
	box := widgets.NewFieldBox("Ask as well, after all other questions", row, "Questions that take minutes, one after the other. What was answered before is shown meanwhile, and kept if you stop.")
	return box
}
