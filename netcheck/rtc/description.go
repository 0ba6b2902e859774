package rtc

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"

	"echopath/netcheck/signaling"
)

// maxMediaSections are audio, video and the data channels.
const maxMediaSections = 3

var errDescription = errors.New("not a description of a test's")

// readDescription checks a description of the other end and takes its candidates out: they go the way of those that trickle, of which
// each is checked. The rest is written anew from what was parsed. A line of a description is for pion what ends with a carriage return
// alone as well, so a look at the text would miss what pion finds.
func readDescription(d signaling.Description) (rest string, candidates []string, err error) {
	switch {
	case len(d.SDP) > signaling.MaxDescription:
		return "", nil, fmt.Errorf("%w: %d bytes", errDescription, len(d.SDP))
	case d.Type != "offer" && d.Type != "answer":
		return "", nil, fmt.Errorf("%w: type %.20q", errDescription, d.Type)
	case hasControl(strings.ReplaceAll(d.SDP, "\r\n", "")):
		return "", nil, fmt.Errorf("%w: control characters other than the ends of lines", errDescription)
	}
	return splitDescription(d.SDP)
}

// hasControl tells of characters that end lines for some readers and not for others, and of those that nothing has a use for.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c >= 0x7f && c <= 0x9f || c == '\u2028' || c == '\u2029' })
}

// splitDescription takes the candidates out of a description.
func splitDescription(text string) (rest string, candidates []string, err error) {
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		return "", nil, fmt.Errorf("%w: %w", errDescription, err)
	}
	if n := len(d.MediaDescriptions); n > maxMediaSections {
		return "", nil, fmt.Errorf("%w: %d media sections", errDescription, n)
	}
	take := func(list []sdp.Attribute) []sdp.Attribute {
		return slices.DeleteFunc(list, func(a sdp.Attribute) bool {
			if !strings.EqualFold(strings.TrimSpace(a.Key), "candidate") {
				return false
			}
			if len(candidates) < maxRemoteCandidates {
				candidates = append(candidates, "candidate:"+a.Value)
			}
			return true
		})
	}
	d.Attributes = take(d.Attributes)
	for _, m := range d.MediaDescriptions {
		m.Attributes = take(m.Attributes)
	}
	out, err := d.Marshal()
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", errDescription, err)
	}
	return string(out), candidates, nil
}
