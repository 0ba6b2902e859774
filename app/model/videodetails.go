package model

import (
	"fmt"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// videoSection is all that is known of a path's video.
func (t *trial) videoSection(p netcheck.PathReport) (Section, bool) {
	if !present.Seen(p) {
		return t.liveVideoSection(p)
	}
	f, r := present.VideoOf(p, t.verdict.Paths[p.Path]), *p.Video.Result
	s := Section{Title: "Video echo", Intro: joined(present.Define(present.TermVideoEcho), videoWhy(p))}
	s.add("Source", strings.TrimSuffix(sentence(present.SourceWords(r.Plan.Source)), "."), present.TermSource)
	s.add("Picture", f.Picture, present.TermPictureSize)
	s.addFigure("Shown", f.Shown, "", present.TermShown)
	s.addFigure("Shown a second", f.FPS, "", present.TermFPS)
	s.addFigure("Missing", f.Missing, "", present.TermMissing)
	s.addFigure("Dropped by the encoder", f.Dropped, "", present.TermDropped)
	s.addFigure("Copies", present.Count(r.Stats.Duplicated), "", "")
	s.addFigure("Stood still", f.Frozen, "", present.TermFreeze)
	s.addFigure("Picture delay p50", f.DelayP50, " ms", present.TermPictureDelay)
	s.addFigure("Picture delay p95", f.DelayP95, " ms", present.TermPictureDelay)
	s.addFigure("Picture delay max", f.DelayMax, " ms", present.TermPictureDelay)
	for _, rate := range []struct {
		name, text string
		kbps       float64
		term       present.Term
	}{{"Bitrate sent", f.Sent, r.SentKbps, present.TermVideoBitrate}, {"Bitrate received", f.Received, r.ReceivedKbps, present.TermVideoBitrate},
		{"Target bitrate", f.Target, r.TargetKbps, present.TermTargetBitrate}} {
		s.addFigure(rate.name, t.units.known(rate.text, rate.kbps), " "+t.units.Name(), rate.term)
	}
	s.addFigure("RTT p50 / p95", f.RTT, " ms", present.TermRTTp50)
	out, back := ways(p.Direction == netcheck.DirectionUpDown)
	s.add("Lost "+out+", before repair", lossText(r.Up), present.TermLossBefore)
	s.add("Lost "+back+", before repair", lossText(r.Down), present.TermLossBefore)
	s.add("Lost in spite of repair", lossText(r.AfterRepair), present.TermLossAfter)
	s.addFigure("Sent again", present.Counted(r.Retransmitted, "packet"), "", present.TermNACK)
	s.addFigure("Asked for again (NACK)", present.Counted(r.NACK, "packet"), "", present.TermNACK)
	s.addFigure("Key frames asked for (PLI)", present.Count(r.PLI), "", present.TermPLI)
	s.addFigure("Key frames sent", present.Count(r.Stats.KeyFrames), "", present.TermKeyFrame)
	s.addFigure("PSNR", f.PSNR, " dB", present.TermPSNR)
	s.addFigure("SSIM", f.SSIM, "", present.TermSSIM)
	return s, true
}

// addFigure puts a name and a figure with its unit into a table of two columns, unless it was not measured.
func (s *Section) addFigure(name, figure, unit string, term present.Term) {
	if figure != present.None {
		s.add(name, figure+unit, term)
	}
}

// liveVideoSection is what is known while the video runs, or why there was none.
func (t *trial) liveVideoSection(p netcheck.PathReport) (Section, bool) {
	s := Section{Title: "Video echo", Intro: videoWhy(p)}
	f := t.films[p.Path]
	if f == nil || !f.begun || ended(p) {
		return s, s.Intro != ""
	}
	s.Intro = "So far. Percentiles come when this path has been measured."
	sum := f.Sum()
	figures := sum.Figures()
	s.addFigure("Shown", figures.Shown, "", present.TermShown)
	s.addFigure("Shown a second", figures.FPS, "", present.TermFPS)
	s.addFigure("Stood still", figures.Frozen, "", present.TermFreeze)
	if d, ok := sum.Delay(); ok {
		s.add("Picture delay, mean", present.Millis(d)+" ms", present.TermPictureDelay)
	}
	s.addFigure("Bitrate received", t.units.known(figures.Received, sum.Rate(sum.BytesReceived)), " "+t.units.Name(), present.TermVideoBitrate)
	newest := f.Newest()
	if kbps, ok := available(newest); ok {
		s.add("Available bitrate", t.units.bitrate(kbps)+" "+t.units.Name(), present.TermAvailableBitrate)
	}
	s.add("Congestion control", newest.State, present.TermAvailableBitrate)
	s.addFigure("Loss before repair", figures.LossBefore, "", present.TermLossBefore)
	s.addFigure("Loss after repair", figures.LossAfter, "", present.TermLossAfter)
	s.addFigure("PSNR", figures.PSNR, " dB", present.TermPSNR)
	s.addFigure("SSIM", figures.SSIM, "", present.TermSSIM)
	for _, row := range s.Rows {
		row[1].Soft = true
	}
	return s, true
}

// loadSection is what the video did to the packets beside it.
func loadSection(p netcheck.PathReport) (Section, bool) {
	l := present.LoadOf(p)
	if l == nil {
		return Section{}, false
	}
	s := Section{Title: string(present.TermLatencyUnderLoad), Intro: joined(present.LoadWords(l), present.Define(present.TermLatencyUnderLoad)),
		Columns: []string{"", "Before the call", "During it"}}
	s.addBoth("RTT p50 (ms)", present.TermRTTp50, present.RTTp50(l.Idle), present.RTTp50(l.Loaded))
	s.addBoth("RTT p95 (ms)", present.TermRTTp95, present.RTTp95(l.Idle), present.RTTp95(l.Loaded))
	s.addBoth("RTT max (ms)", "", present.Micros(float64(l.Idle.MaxUS)), present.Micros(float64(l.Loaded.MaxUS)))
	s.addBoth("Packets", "", present.Count(l.Idle.N), present.Count(l.Loaded.N))
	return s, true
}

// filmSelfSection shows what the measurer found out about itself while it made and read pictures.
func filmSelfSection(p netcheck.PathReport) (Section, bool) {
	if !present.Seen(p) {
		return Section{}, false
	}
	c, st := p.Video.Result.Self, p.Video.Result.Stats
	s := Section{Title: "Self check of the video", Intro: present.Define(present.TermSelfCheck)}
	coding := func(mean float64, p95 int64) string {
		if mean == 0 {
			return ""
		}
		return fmt.Sprintf("%s ms, 95 %% at most %s ms", present.Micros(mean), present.Micros(float64(p95)))
	}
	s.add("Encoding a picture", coding(st.EncodeMeanUS, st.EncodeP95US), "")
	s.add("Decoding a picture", coding(st.DecodeMeanUS, st.DecodeP95US), "")
	s.add("Pictures taken late, p95", present.Millis(c.CaptureErrorP95.Round(time.Microsecond))+" ms", "")
	s.add("Left out by this computer", present.Counted(st.Skipped, "picture"), "")
	s.add("Came back too fast to decode", present.Counted(c.QueueDropped, "picture"), "")
	s.add("Time code not readable", present.Counted(c.UnreadCodes, "picture"), "")
	s.add("Left out of the recording", present.Counted(c.SkippedRecording, "picture"), "")
	return s, true
}
