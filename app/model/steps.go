package model

import (
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// stepTitles are the steps of connecting in words.
var stepTitles = map[netcheck.StepName]string{
	netcheck.StepResolve: "Name looked up", netcheck.StepDial: "TCP connection", netcheck.StepProxy: "HTTP proxy",
	netcheck.StepTLS: "TLS handshake", netcheck.StepGather: "Address found", netcheck.StepCheck: "Ends reach each other",
	netcheck.StepOpen: "Connection opened", netcheck.StepProve: "Path proved", netcheck.StepDiagnose: "Server asked why",
	netcheck.StepNextTried: "Next server tried",

	// Of signalling, as netcheck/signaling/web names them.
	"websocket": "WebSocket opened", "sse": "Event stream opened", "paste": "Met by copy and paste",
}

func stepTitle(n netcheck.StepName) string { return orElse(stepTitles[n], string(n)) }

// endWords are the ends of a link in words.
func endWords(end string) string {
	switch end {
	case "local":
		return "this end"
	case "far":
		return "far end"
	}
	return end
}

func stepTone(s netcheck.StepDone) present.Tone {
	switch {
	case s.OK:
		return present.ToneNone
	case s.Name == netcheck.StepDiagnose || s.Name == netcheck.StepNextTried:
		return present.ToneFair
	}
	return present.TonePoor
}

// stepWords is a step for the log: "TLS handshake, turns:example.com:5349: failed (this end, 12 ms): the certificate has expired."
func stepWords(s netcheck.StepDone, server bool) string {
	text := stepTitle(s.Name)
	if server && s.Server != "" {
		text += ", " + s.Server
	}
	if !s.OK {
		text += ": failed"
	}
	about := []string{present.Millis(s.Took) + " ms"}
	if s.End != "" {
		about = append([]string{endWords(s.End)}, about...)
	}
	text += " (" + strings.Join(about, ", ") + ")"
	if s.Detail != "" {
		text += ": " + strings.TrimSuffix(s.Detail, ".")
	}
	return text + "."
}

// stepSection lists the steps of connecting.
func stepSection(p netcheck.PathReport) (Section, bool) {
	s := Section{Title: "Steps", Intro: "What was done to connect, in order.", Columns: []string{"Step", "Result", "Time (ms)", "End", "Server", "Detail"}}
	for _, step := range p.Steps {
		result := "ok"
		if !step.OK {
			result = "failed"
		}
		s.Rows = append(s.Rows, []Cell{{Text: stepTitle(step.Name)}, {Text: result}, {Text: present.Millis(step.Took)},
			{Text: endWords(step.End)}, {Text: forWindow(step.Server)}, {Text: forWindow(step.Detail)}})
	}
	return s, len(s.Rows) > 0
}
