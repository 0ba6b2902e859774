package model

import "echopath/app/present"

// failures are what kept a run from being made, as findings: the banner may have no room for all of it.
func (t *trial) failures() []Finding {
	switch t.phase {
	case PhaseFailed:
		return failure(t.failedBanner())
	case PhaseIdle, PhaseDone:
		if _, remote := t.Join(); remote && t.join.Phase() == JoinGone {
			text, advice := failureWords(t.join.err)
			return failure(Banner{Mark: present.Mark{Tone: present.TonePoor}, Text: text, More: advice})
		}
	case PhaseStarting, PhaseRunning, PhaseStopping:
	}
	return nil
}

// failure makes a finding of what a banner says.
func failure(b Banner) []Finding {
	if b.Mark.Tone != present.TonePoor || b.Text == "" {
		return nil
	}
	return []Finding{{Mark: present.Mark{Shape: "■", Tone: present.TonePoor}, Title: b.Text, Advice: b.More}}
}
