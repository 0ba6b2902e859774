package present

import (
	"fmt"
	"strings"
	"time"

	"echopath/netcheck"
)

// Happened tells in a sentence what happened to a video, for a log, and how grave it is. before is the size of the picture until
// then, zero if it is not known. The text is "" for what there are no words for.
func Happened(h netcheck.VideoHappened, before netcheck.VideoSize) (text string, tone Tone) {
	switch h.What {
	case netcheck.KeyFrameAsked:
		who := "This end"
		if h.Far {
			who = "The other end"
		}
		return who + " asked for a key frame: a loss could not be repaired.", ToneFair
	case netcheck.SizeChanged:
		return resized(h, before), ToneNone
	case netcheck.Froze:
		return "The picture stands still.", ToneFair
	case netcheck.Thawed:
		return "The picture stood still for " + Seconds(h.Took) + ".", ToneFair
	case netcheck.RateFell:
		return fmt.Sprintf("The target bitrate fell from %s to %s kbit/s: the line carries no more at the moment.", Number(h.FromKbps, 3), Number(h.Kbps, 3)), ToneNone
	case netcheck.RecordingBegan:
		return "Recording to " + bare(h.Text) + ".", ToneNone
	case netcheck.RecordingFailed:
		return "The recording has failed: " + bare(h.Text) + ".", TonePoor
	case netcheck.RecordingEnded:
		return "The recording has ended: " + bare(h.Text) + ".", ToneNone
	case netcheck.SourceEnded:
		return "There are no more pictures: " + bare(h.Text) + ".", ToneFair
	}
	return "", ToneNone
}

// HappenedInCall is Happened in a two-way call, where there are two pictures: the one that is seen here is the other end's.
func HappenedInCall(h netcheck.VideoHappened, before netcheck.VideoSize) (text string, tone Tone) {
	text, tone = Happened(h, before)
	switch h.What {
	case netcheck.Froze, netcheck.Thawed:
		text = "The picture of the other end" + strings.TrimPrefix(text, "The picture")
	case netcheck.SizeChanged, netcheck.SourceEnded:
		text = "Of this computer's picture: " + strings.ToLower(text[:1]) + text[1:]
	default:
	}
	return text, tone
}

// resized tells of a change of size: with what it was before, if that is known.
func resized(h netcheck.VideoHappened, before netcheck.VideoSize) string {
	size, rate := netcheck.VideoSize{Width: h.Width, Height: h.Height}, Number(h.Kbps, 3)
	switch {
	case before.Width == 0 || before == size:
		return fmt.Sprintf("The picture is %s now, at %s kbit/s.", size, rate)
	case size.Width < before.Width:
		return fmt.Sprintf("Picture made smaller, %s, because %s kbit/s is too little for %s.", size, rate, before)
	}
	return fmt.Sprintf("Picture made larger, %s: %s kbit/s is enough for it.", size, rate)
}

// sentence makes a text of the engine a sentence.
func sentence(text string) string {
	text = bare(text)
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}

// bare makes a text of the engine fit for the middle of a sentence.
func bare(text string) string { return strings.TrimSuffix(strings.TrimSpace(Printable(text)), ".") }

// LoadWords says what a call does to everything else on the line: "A call adds 12 ms to everything else: grade A." "" if that
// was not measured.
func LoadWords(l *netcheck.LoadEffect) string {
	if !loadKnown(l) {
		return ""
	}
	added := Millis(increase(l)) + " ms"
	if l.IncreaseMS < 1 {
		added = "less than 1 ms"
	}
	return fmt.Sprintf("A call adds %s to everything else: grade %s.", added, l.Grade)
}

// LoadDetail is LoadWords with the figures that it rests on; "" if it was not measured.
func LoadDetail(l *netcheck.LoadEffect) string {
	if !loadKnown(l) {
		return ""
	}
	return fmt.Sprintf("%s Half of the packets took %s ms or less before it, and %s ms beside it.", LoadWords(l), RTTp50(l.Idle), RTTp50(l.Loaded))
}

// LoadCell is the same for a table: "+12 ms, A".
func LoadCell(l *netcheck.LoadEffect) string {
	if !loadKnown(l) {
		return None
	}
	return fmt.Sprintf("+%s ms, %s", Millis(increase(l)), l.Grade)
}

// LoadTone is what the grade of a load effect means: more than 30 ms is worth a look, more than 200 ms calls for action.
func LoadTone(l *netcheck.LoadEffect) Tone {
	if !loadKnown(l) {
		return ToneNone
	}
	switch l.Grade {
	case "A+", "A":
		return ToneGood
	case "B", "C":
		return ToneFair
	}
	return TonePoor
}

// LoadOf is what the video of a path did to its packets: as the carrier sees it by which the path is judged; nil if it was not
// measured.
func LoadOf(p netcheck.PathReport) *netcheck.LoadEffect {
	for _, c := range Measured(p) {
		if loadKnown(c.Load) {
			return c.Load
		}
	}
	return nil
}

func loadKnown(l *netcheck.LoadEffect) bool {
	return l != nil && l.Idle.OK && l.Loaded.OK && l.Grade != ""
}

func increase(l *netcheck.LoadEffect) time.Duration {
	return time.Duration(l.IncreaseMS * float64(time.Millisecond))
}
