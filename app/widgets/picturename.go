package widgets

// SetName changes whose picture it is.
func (p *Picture) SetName(name string) {
	if p.name == name {
		return
	}
	p.name, p.head.Text = name, name
	p.Refresh()
	p.fitNote()
}
