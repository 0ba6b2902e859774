//go:build linux

package e2e

import "testing"

// TestTheFocusFindsWhatWasHidden: Fyne forgets a minute later what was hidden. Here it does so at once.
func TestTheFocusFindsWhatWasHidden(t *testing.T) {
	s, h := newScreen(t, 1280, 800), newHome(t)
	h.write(t, quickLoad("direct").hosting(t, "host-pc"))
	p := open(t, s, h, "FYNE_CACHE=50ms")
	for range 2 {
		for _, to := range []struct{ key, screen, focused string }{
			{"ctrl+shift+1", "Screen Test", "Button Start"}, {"ctrl+shift+2", "Screen Video echo", "Button Start"}, {"ctrl+shift+3", "Screen Host", "Button Start hosting"},
			{"ctrl+shift+4", "Screen Network", "Button Start"},
		} {
			p.key(to.key)
			at := p.await("the focus on "+to.focused+" of "+to.screen, func(s stat) bool { return s.Screen == to.screen && s.Focused == to.focused })
			p.await("a second later", func(s stat) bool { return s.TS > at.TS+1 })
		}
	}
}
