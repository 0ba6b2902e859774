package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// Limits of late-after, as the engine has them.
const (
	minLateAfter = time.Millisecond
	maxLateAfter = time.Minute
)

func (r *reading) readLoad() {
	if r.form.Preset != Custom {
		preset, err := netcheck.PresetByName(r.form.Preset)
		if err != nil {
			r.wrong(FieldPreset, "Choose a preset, or “custom” for a load of your own.")
			return
		}
		r.plan.Loss = preset.Loss
		return
	}
	l := r.form.Load
	r.plan.Loss = netcheck.LossPlan{Preset: Custom, Warmup: netcheck.DefaultWarmup}
	r.readRate(l.Rate)
	r.readSize(l.Size)
	r.readDuration(l.Duration)
	r.readLateAfter(l.LateAfter)
	r.readCarriers(l)
	if n := r.plan.Loss.Packets(); len(r.problems) == 0 && n > netcheck.MaxPackets {
		r.wrong(FieldDuration, fmt.Sprintf("That is %s packets on each path, and %s is the most: make the duration shorter or the rate lower.",
			present.Count(n), present.Count(netcheck.MaxPackets)))
	}
}

func (r *reading) readRate(text string) {
	text = strings.TrimSpace(text)
	v, err := strconv.ParseFloat(text, 64)
	limits := fmt.Sprintf("%d to %s", netcheck.MinRate, present.Count(netcheck.MaxRate))
	switch {
	case text == "":
		r.wrong(FieldRate, "Type how many packets to send each second, from "+limits+".")
	case err != nil && !isRange(err), math.IsNaN(v), strings.ContainsAny(text, "_xX"):
		r.wrong(FieldRate, quote(text)+" is not a number: type packets a second, for example 100.")
	case v < netcheck.MinRate || v > netcheck.MaxRate:
		r.wrong(FieldRate, quote(text)+" is out of range: the rate is from "+limits+" packets a second.")
	default:
		r.plan.Loss.Rate = v
	}
}

func (r *reading) readSize(text string) {
	text = strings.TrimSpace(text)
	v, err := strconv.Atoi(text)
	limits := fmt.Sprintf("%d to %s", netcheck.MinSize, present.Count(netcheck.MaxSize))
	switch {
	case text == "":
		r.wrong(FieldSize, "Type the size of a packet in bytes, from "+limits+".")
	case err != nil && !isRange(err):
		r.wrong(FieldSize, quote(text)+" is not a whole number: type the size in bytes, for example 200.")
	case err != nil || v < netcheck.MinSize || v > netcheck.MaxSize:
		r.wrong(FieldSize, quote(text)+" is out of range: a packet has from "+limits+" bytes, so that one message stays one packet.")
	default:
		r.plan.Loss.Size = v
	}
}

func (r *reading) readDuration(text string) {
	r.plan.Loss.Duration = r.duration(FieldDuration, text)
}

// duration reads how long each path is measured; 0 if it is wrong.
func (r *reading) duration(f Field, text string) time.Duration {
	d, err := parseTyped(text, time.Second)
	switch {
	case strings.TrimSpace(text) == "":
		r.wrong(f, "Type how long to measure each path, for example 10s or 2m.")
	case err != nil:
		r.wrong(f, quote(text)+" is not a length of time: type seconds, for example 10, or a unit with it, as 2m or 1h30m.")
	case d < netcheck.MinDuration || d > netcheck.MaxDuration:
		r.wrong(f, quote(text)+" is out of range: the duration is from 1 second to 24 hours.")
	default:
		return d
	}
	return 0
}

func (r *reading) readLateAfter(text string) {
	d, err := parseTyped(text, time.Millisecond)
	switch {
	case strings.TrimSpace(text) == "":
		r.wrong(FieldLateAfter, "Type after how many milliseconds an answer is too late, for example 150.")
	case err != nil:
		r.wrong(FieldLateAfter, quote(text)+" is not a length of time: type milliseconds, for example 150.")
	case d < minLateAfter || d > maxLateAfter:
		r.wrong(FieldLateAfter, quote(text)+" is out of range: an answer is late after 1 to 60 000 milliseconds.")
	default:
		r.plan.Loss.LateAfter = d
	}
}

func (r *reading) readCarriers(l Load) {
	asked := map[netcheck.Carrier]bool{netcheck.CarrierDataChannel: l.DataChannel, netcheck.CarrierSRTP: l.SRTP}
	r.plan.Loss.Carriers = slices.DeleteFunc(netcheck.AllCarriers(), func(c netcheck.Carrier) bool { return !asked[c] })
	if len(r.plan.Loss.Carriers) == 0 {
		r.wrong(FieldCarriers, "Choose at least one carrier: SRTP, data channel or both.")
	}
}

// unitWords are units as people type them, longest first, with Go's.
var unitWords = strings.NewReplacer("hours", "h", "hour", "h", "minutes", "m", "minute", "m", "mins", "m", "min", "m",
	"seconds", "s", "second", "s", "secs", "s", "sec", "s", " ", "", "\u00a0", "", "\t", "")

// parseTyped reads a length of time as typed: "10", "10s", "1 h 30 min". A bare number is in unit.
func parseTyped(text string, unit time.Duration) (time.Duration, error) {
	text = unitWords.Replace(strings.ToLower(strings.TrimSpace(text)))
	if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !strings.ContainsAny(text, "_xp") {
		const most = float64(math.MaxInt64 / 2)
		return time.Duration(max(min(v*float64(unit), most), -most)), nil
	}
	return time.ParseDuration(text)
}

// typed writes a length of time as it would be typed.
func typed(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func isRange(err error) bool {
	n, ok := err.(*strconv.NumError) //nolint:errorlint // strconv gives it bare
	return ok && n.Err == strconv.ErrRange
}

// quote repeats what was typed, shortened: a message must not grow with it.
func quote(text string) string {
	const most = 24
	runes := []rune(present.Printable(strings.TrimSpace(text)))
	if len(runes) > most {
		runes = append(runes[:most], '…')
	}
	return "“" + string(runes) + "”"
}
