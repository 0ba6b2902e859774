package mirror

import (
	"errors"
	"fmt"
	"slices"

	"echopath/netcheck"
)

// What the events of one stream may add up to in a fold, which keeps it all, or copies it each time that an event is added. There
// are five paths and two carriers today.
const (
	maxPaths     = 16
	maxCarriers  = 8 // names
	maxSteps     = 2000
	maxStepBytes = 2 << 20
)

// An event counts as at least so many bytes of its stream, and so does each value in it: what it costs to take it does not fall below
// that, however short it is. What an honest end writes is longer, but for a few events.
const (
	leastEvent  = 256
	leastSample = 512  // of a video or a call
	leastStep   = 1024 // all steps before are copied
	leastValue  = 16
	leastField  = 6 // of a row
)

// weight gives what an event counts, whose line has so many bytes without its line feed, and this shape.
func weight(e netcheck.Event, bytes int, s shape) int {
	least, value := leastEvent, leastValue
	switch e.Body.(type) {
	case netcheck.VideoSampleTaken, netcheck.CallSampleTaken:
		least = leastSample
	case netcheck.StepDone:
		least = leastStep
	case netcheck.PacketsDecided, netcheck.FramesDecided:
		value = leastField
	}
	return max(bytes+1, least, value*s.values)
}

// tally counts what a stream holds. The sender keeps to its bounds and the receiver insists on them.
type tally struct {
	begun     bool
	ended     bool
	steps     int
	stepBytes int
	carriers  []netcheck.Carrier
}

// add counts an event, or tells why it may not be in the stream.
func (t *tally) add(e netcheck.Event, bytes int) error {
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		if t.begun {
			return errors.New("a run that begins twice")
		}
		t.begun = true
	case netcheck.SessionEnded:
		if t.ended {
			return errors.New("a run that ends twice")
		}
		t.ended = true
	case netcheck.StepDone:
		if t.steps == maxSteps || t.stepBytes+bytes > maxStepBytes {
			return fmt.Errorf("more than %d steps, or %d MiB of them", maxSteps, maxStepBytes>>20)
		}
		t.steps++
		t.stepBytes += bytes
	case netcheck.SampleTaken:
		return t.carrier(b.Sample.Carrier)
	case netcheck.PacketsDecided:
		return t.carrier(b.Carrier)
	case netcheck.ProbeEnded:
		if b.Loss == nil {
			return nil
		}
		for _, c := range b.Loss.Carriers {
			if err := t.carrier(c.Carrier); err != nil {
				return err
			}
		}
	}
	return nil
}

// carrier counts names, because a report has a list by them.
func (t *tally) carrier(c netcheck.Carrier) error {
	switch {
	case slices.Contains(t.carriers, c):
		return nil
	case len(c) > maxName:
		return errName
	case len(t.carriers) == maxCarriers:
		return fmt.Errorf("more than %d carriers", maxCarriers)
	}
	t.carriers = append(t.carriers, c)
	return nil
}
