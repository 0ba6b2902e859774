package view

import (
	"fmt"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/widgets"
	"echopath/netcheck"
)

// folderServers is where lists of servers lie.
const folderServers = "servers"

// places remember the folder of each kind of file.
type places interface {
	folder(kind string) string
	remember(kind, folder string)
}

// loadList asks for a file with a list of servers and puts them in the place of what is typed.
func (s *servers) loadList() {
	o := widgets.FileOptions{Title: "Load a list of servers", Folder: s.places.folder(folderServers)}
	widgets.ShowOpen(s.win, o, func(path string) {
		s.places.remember(folderServers, filepath.Dir(path))
		s.deps.ReadServers(path, s.takeList)
	})
}

// takeList takes what was read. What can not be used changes nothing.
func (s *servers) takeList(list []netcheck.ICEServer, err error) {
	if !s.open {
		return
	}
	form := s.deps.Model.Form().Servers
	if err == nil {
		form, err = form.WithList(list)
	}
	if err != nil {
		widgets.Message(s.win, "The list was not taken over", sentence(err)+"\n\nNothing has changed here.")
		return
	}
	s.urls.SetText(form.URLs)
	s.user.SetText(form.User)
	s.password.SetText(form.Password.Reveal())
	s.secret.SetText(form.RESTSecret.Reveal())
	s.pins.SetText(form.Pins)
	if form.CAFile == "" {
		s.ca.SetText("")
	}
	s.say(look.ColorMuted, form.ListTaken(list))
	if form.NoPassword() {
		s.win.Canvas().Focus(s.password)
	}
}

// saveList writes the servers into a file for others, after a question if a password could be in it.
func (s *servers) saveList() {
	list, ok := s.deps.Model.Form().ServerList()
	if !ok {
		return
	}
	for _, v := range list {
		if v.Password != "" {
			s.askPassword(list)
			return
		}
	}
	s.writeList(list, false)
}

const passwordWarning = "The password is written as plain text. Whoever gets the file, by mail or from a shared folder, can use your TURN server with it. " +
	"Without it, those who load the list type the password themselves."

// askPassword asks whether the password goes into the file. Enter and Escape keep it out.
func (s *servers) askPassword(list []netcheck.ICEServer) {
	text := widget.NewLabel(fmt.Sprintf("The list has the user %s.\n\n%s", list[userOf(list)].Username, passwordWarning))
	text.Wrapping = fyne.TextWrapWord
	d := widgets.NewDialog(s.win, "Write the password into the file?", container.New(fixedWidth(420), text))
	choose := func(passwords bool) func() {
		return func() {
			d.Close()
			s.writeList(list, passwords)
		}
	}
	d.AddButton("Cancel", d.Close)
	d.AddButton("With the password", choose(true))
	d.SetDefault(d.AddButton("Without it", choose(false)))
	d.Show()
}

// userOf is the first server that has a user.
func userOf(list []netcheck.ICEServer) int {
	for i, v := range list {
		if v.Username != "" {
			return i
		}
	}
	return 0
}

func (s *servers) writeList(list []netcheck.ICEServer, passwords bool) {
	o := widgets.FileOptions{Title: "Save the list of servers", FileName: "echopath-servers.json", Extension: ".json", Folder: s.places.folder(folderServers)}
	widgets.ShowSave(s.win, o, func(path string) {
		s.places.remember(folderServers, filepath.Dir(path))
		s.deps.WriteServers(path, list, passwords, func(_ []string, err error) {
			switch {
			case err != nil:
				widgets.Message(s.win, "The list was not saved", sentence(err))
			case s.open:
				s.say(look.ColorMuted, s.savedWords(path, passwords))
			}
		})
	})
}

// savedWords say what is in the file, and what has to be passed on beside it.
func (s *servers) savedWords(path string, passwords bool) string {
	text := "Saved without a password: " + path
	if passwords {
		text = "Saved with the password, for you alone to read: " + path
	}
	f := s.deps.Model.Form().Servers
	if f.RESTSecret != "" {
		text += "\nThe REST secret is not in it."
	}
	if f.CAFile != "" {
		text += "\nThe CA file is not in it: pass it on as well."
	}
	return text
}
