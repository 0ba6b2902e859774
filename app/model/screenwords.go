package model

// screenWords are what the screens say differently.
type screenWords struct {
	things   string          // that are sent
	busy     string          // "Testing", before the name of a path
	self     string          // what Start does inside this computer
	servers  string          // what it does with servers
	remote   string          // what it does with another Echopath
	calls    map[bool]string // likewise, of a screen with a choice: true for a call
	finished string          // in the status bar
	ahead    string          // what the details of a path will hold
}

var testWords = screenWords{
	things: "packets", busy: "Testing",
	self:     "Press Start to test this computer, for a baseline to compare with.",
	servers:  "Press Start to measure what a call through your servers would get, path by path.",
	remote:   "Press Start to measure what a call between here and the other Echopath would get, path by path.",
	finished: "Test complete",
	ahead:    "The addresses at both ends, the figures of both carriers side by side, the measurer's check of itself, and every step of connecting.",
}

var videoWords = screenWords{
	things: "pictures", busy: "Video over",
	self:     "Press Start to see a picture make the round inside this computer, for a baseline to compare with.",
	servers:  "Press Start to see what a video call through your servers would look like, path by path.",
	calls:    map[bool]string{false: echoWords, true: callWords},
	finished: "Video complete",
	ahead:    "The addresses at both ends, all figures of the video, the measurer's check of itself, and every step of connecting.",
}

var networkWords = screenWords{
	things: "questions", busy: "Asking",
	self:     "Press Start to see what this network lets through, by public STUN servers.",
	servers:  "Press Start to see what this network lets through to your servers.",
	remote:   "Press Start to see what this network lets through to the servers of the other Echopath.",
	finished: "Network test complete",
}
