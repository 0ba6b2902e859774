package cli

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

// defaultLoad is what a command sends when nothing is asked for.
func defaultLoad(command string) netcheck.LossPlan {
	quick, _ := netcheck.PresetByName("quick")
	load := quick.Loss
	if command == "loss" {
		load.Preset, load.Duration = present.Custom, 10*time.Second
	}
	return load
}

// plan turns the flags into a plan, as asked and as the engine will grant it. Everything that is wrong with them comes out
// here, before a packet is sent.
func (o *options) plan(command string, in inputs) (p, granted netcheck.Plan, err error) {
	if err := o.groups().empty(o.given); err != nil {
		return p, granted, err
	}
	if command == natName {
		return o.natPlan(in)
	}
	for _, fill := range []func(*netcheck.Plan) error{
		o.fillTitle,
		o.fillPaths,
		func(p *netcheck.Plan) error { return o.fillTarget(p, in) },
		o.fillInterface,
		func(p *netcheck.Plan) error { return o.fillLoad(p, command) },
		func(p *netcheck.Plan) error { return o.fillVideo(p, command, in) },
		func(p *netcheck.Plan) error { return o.fillNetwork(p, command) },
	} {
		if err := fill(&p); err != nil {
			return p, granted, err
		}
	}
	if granted, err = p.Grant(); err != nil {
		return p, granted, wrongUse("%s", err)
	}
	return p, granted, nil
}

func (o *options) fillTitle(p *netcheck.Plan) error {
	p.Title = o.title
	return nil
}

// fillNetwork has a check ask the network first. A check of this computer alone asks nothing: it works offline, and sends nothing out.
func (o *options) fillNetwork(p *netcheck.Plan, command string) error {
	p.Network.On = command == "check" && !o.noNetwork && p.Target.Kind != netcheck.TargetSelf
	return nil
}

func (o *options) fillPaths(p *netcheck.Plan) (err error) {
	p.Paths = netcheck.AllPaths()
	if o.given["path"] {
		if p.Paths, err = netcheck.ParsePaths(o.paths); err != nil {
			return wrongUse("--path: %s", err)
		}
	}
	p.Family = netcheck.FamilyAuto
	if o.given["ip"] {
		if p.Family, err = netcheck.ParseFamily(o.family); err != nil {
			return wrongUse("--ip: %s", err)
		}
	}
	return nil
}

// fillLoad begins with the preset and puts the given fields over it.
func (o *options) fillLoad(p *netcheck.Plan, command string) error {
	load := defaultLoad(command)
	if command == "video" { // its flags are those of the pictures
		p.Loss = load
		return nil
	}
	if o.given["preset"] {
		preset, err := netcheck.PresetByName(o.preset)
		if err != nil {
			return wrongUse("--preset: %s", err)
		}
		load = preset.Loss
	}
	asked := load
	asked.Carriers = slices.Clone(load.Carriers)
	if err := o.overrideLoad(&asked); err != nil {
		return err
	}
	if asked.Rate != load.Rate || asked.Size != load.Size || asked.Duration != load.Duration ||
		asked.LateAfter != load.LateAfter || !slices.Equal(asked.Carriers, load.Carriers) {
		asked.Preset = present.Custom
	}
	p.Loss = asked
	return nil
}

func (o *options) overrideLoad(l *netcheck.LossPlan) (err error) {
	if o.given["rate"] {
		if l.Rate, err = strconv.ParseFloat(o.rate, 64); err != nil || math.IsInf(l.Rate, 0) || strings.ContainsAny(o.rate, "_xX") {
			return wrongUse("--rate %q is not a number: give packets a second, for example --rate 100", o.rate)
		}
	}
	if o.given["size"] {
		if l.Size, err = strconv.Atoi(o.size); err != nil && looksLikePicture(o.size) {
			return wrongUse("--size %s is the size of a picture: here it is the bytes of a packet, for example --size 200; pictures are sent by the command video", o.size)
		} else if err != nil {
			return wrongUse("--size %q is not a whole number: give bytes, for example --size 200", o.size)
		}
	}
	if o.given["duration"] {
		if l.Duration, err = parseTime("duration", o.duration, "10s"); err != nil {
			return err
		}
	}
	if o.given["late-after"] {
		if l.LateAfter, err = parseTime("late-after", o.lateAfter, "150ms"); err != nil {
			return err
		}
		if l.LateAfter == 0 { // the engine would take it for "not given"
			return wrongUse("--late-after must be from 1ms to 1m")
		}
	}
	if o.given["carrier"] {
		l.Carriers, err = parseCarriers(o.carriers)
	}
	return err
}

func looksLikePicture(size string) bool {
	width, height, ok := strings.Cut(strings.ToLower(size), "x")
	return ok && len(width) > 1 && strings.Trim(width+height, "0123456789") == ""
}

func parseTime(flag, text, example string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, wrongUse("--%s %q is not a length of time: write it with a unit, for example --%s %s", flag, text, flag, example)
	}
	return d, nil
}

// parseCarriers reads a list of carriers; the order and repetitions do not matter.
func parseCarriers(text string) ([]netcheck.Carrier, error) {
	asked := map[netcheck.Carrier]bool{}
	for word := range strings.SplitSeq(text, ",") {
		c := netcheck.Carrier(strings.ToLower(strings.TrimSpace(word)))
		if !slices.Contains(netcheck.AllCarriers(), c) {
			return nil, wrongUse("--carrier: %q is not a carrier: use srtp, datachannel or srtp,datachannel", word)
		}
		asked[c] = true
	}
	return slices.DeleteFunc(netcheck.AllCarriers(), func(c netcheck.Carrier) bool { return !asked[c] }), nil
}

// presetHelp lists the presets with their loads.
func presetHelp() string {
	var words []string
	for _, p := range netcheck.Presets() {
		words = append(words, fmt.Sprintf("%s (%s/s × %d bytes, %s)", p.Name, present.Number(p.Loss.Rate, 3), p.Loss.Size, present.About(p.Loss.Duration)))
	}
	return "one of " + strings.Join(words, ", ") + "; the flags below change parts of it"
}
