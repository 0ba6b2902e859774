package model

import (
	"strings"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// defaultPreset is the load that a first-time user gets.
const defaultPreset = "quick"

// DefaultForm is what a first-time user finds: this computer, every path, the quick check.
func DefaultForm() Form {
	f := Form{Target: netcheck.TargetSelf, Paths: map[netcheck.Path]bool{}, Preset: defaultPreset, Family: netcheck.FamilyAuto, STUN: PublicSTUN(), Network: DefaultNetworkForm()}
	for _, p := range netcheck.AllPaths() {
		f.Paths[p] = true
	}
	preset, _ := netcheck.PresetByName(defaultPreset)
	f.Load = LoadOf(preset.Loss)
	f.Video = VideoFormOf(netcheck.DefaultVideoPlan(netcheck.VideoAlone))
	return f
}

// VideoFormOf writes a video as it would be typed. Nothing is recorded.
func VideoFormOf(v netcheck.VideoPlan) VideoForm {
	f := VideoForm{Source: v.Source.Kind, Difficulty: v.Source.Difficulty, Size: netcheck.VideoSize{Width: v.Width, Height: v.Height}, FPS: v.FPS,
		StartKbps: present.Number(v.StartKbps, 6), MaxKbps: present.Number(v.MaxKbps, 6), Duration: typed(v.Duration),
		UnderLoad: v.Mode == netcheck.VideoUnderLoad, Adapt: v.Adapt}
	switch v.Source.Kind {
	case netcheck.SourceCamera:
		f.Camera = v.Source.Name
	case netcheck.SourceFile:
		f.File = v.Source.Name
	case netcheck.SourceSynthetic:
	}
	if f.Difficulty == "" {
		f.Difficulty = netcheck.DifficultyNormal
	}
	return f
}

// LoadOf writes a load as it would be typed.
func LoadOf(l netcheck.LossPlan) Load {
	load := Load{Rate: present.Number(l.Rate, 6), Size: present.Number(float64(l.Size), 6), Duration: typed(l.Duration),
		LateAfter: present.Number(float64(l.LateAfter)/float64(time.Millisecond), 9)}
	for _, c := range l.Carriers {
		load.DataChannel = load.DataChannel || c == netcheck.CarrierDataChannel
		load.SRTP = load.SRTP || c == netcheck.CarrierSRTP
	}
	return load
}

// WithoutSecrets is the form without what must not be stored: invites, and passwords, also those that were typed into an address.
func (f Form) WithoutSecrets() Form {
	f.Servers.Password, f.Servers.RESTSecret, f.Invite = "", "", ""
	var lines []string
	for line := range strings.SplitSeq(f.Servers.URLs, "\n") {
		lines = append(lines, withoutLogin(line))
	}
	f.Servers.URLs = strings.Join(lines, "\n")
	return f
}

// withoutLogin takes out of an address what stands before an @, and what follows a question mark and is no transport.
func withoutLogin(line string) string {
	if at := strings.LastIndex(line, "@"); at >= 0 {
		scheme, _, found := strings.Cut(line[:at], ":")
		if !found {
			scheme = ""
		} else {
			scheme += ":"
		}
		line = scheme + line[at+1:]
	}
	if address, query, ok := strings.Cut(line, "?"); ok && !strings.HasPrefix(strings.ToLower(query), "transport=") {
		line = address
	}
	return line
}
