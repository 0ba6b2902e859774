package archtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// importRule forbids imports to some packages. Imports point one way (ARCHITECTURE.md, "The house"):
// front ends -> adapters -> engine -> leaves.
//
// A pattern is an import path, or one followed by "/..." that stands for it and all below it, as for the go command.
// anyModule is a pattern too.
type importRule struct {
	packages  []string // the rule is about these; each pattern must match a package, so that no rule outlives its package
	except    []string // but not about these
	forbidden []string
	allowed   []string // though forbidden by pattern
	direct    bool     // only what the package's own files import; otherwise also what its imports lead to
	reason    string
}

// root is the module's folder, where the go command lists what there is.
const root = "../.."

// anyModule matches every package outside the standard library.
const anyModule = "(any module)"

var importRules = []importRule{
	{
		packages:  []string{"echopath/netcheck"},
		forbidden: []string{anyModule},
		allowed:   []string{"echopath/netcheck/stats", "echopath/netcheck/stamp"},
		reason:    "the engine stands on its leaves alone: links, probes and outputs are handed to it",
	},
	{
		packages:  []string{"echopath/netcheck"},
		forbidden: []string{"net/...", "os/...", "syscall"},
		allowed:   []string{"net/netip", "net/url"},
		direct:    true,
		reason:    "the engine opens no sockets and no files, so that it runs with fakes and in synctest",
	},
	{
		packages:  []string{"echopath/netcheck/stats", "echopath/netcheck/stamp"},
		forbidden: []string{anyModule},
		reason:    "leaves use the standard library alone",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/netcheck/rtc/..."},
		forbidden: []string{"github.com/pion/webrtc/..."},
		direct:    true,
		reason:    "netcheck/rtc is the one adapter to pion/webrtc; others use the Link it yields",
	},
	{
		packages:  []string{"echopath/netcheck/echo", "echopath/netcheck/loss", "echopath/netcheck/export"},
		forbidden: []string{"github.com/pion/..."},
		reason:    "probes, the far end and outputs work on any Link and Report, fakes included",
	},
	{
		packages:  []string{"echopath/netcheck/loss", "echopath/netcheck/video/..."},
		forbidden: []string{"echopath/netcheck/echo"},
		reason:    "the two ends meet on the wire: what they share stands in control and stamp",
	},
	{
		packages:  []string{"echopath/netcheck/video/timecode", "echopath/netcheck/video/quality"},
		forbidden: []string{anyModule},
		reason:    "leaves use the standard library alone",
	},
	{
		packages:  []string{"echopath/netcheck/video/picture"},
		forbidden: []string{anyModule},
		allowed:   []string{"echopath/netcheck", "echopath/netcheck/stats", "echopath/netcheck/stamp"},
		reason:    "pictures are arithmetic: all they take from elsewhere is the names of difficulties",
	},
	{
		packages:  []string{"echopath/netcheck/video/...", "echopath/netcheck/loss"},
		forbidden: []string{"echopath/netcheck/rtc/...", "github.com/pion/webrtc/..."},
		reason:    "probes work on any Link, fakes included",
	},
	{
		packages:  []string{"echopath/netcheck/video"},
		forbidden: []string{"echopath/netcheck/video/capture", "echopath/netcheck/loss"},
		reason:    "where pictures come from is handed in, and the two probes know nothing of each other",
	},
	{
		packages:  []string{"echopath/netcheck/echo", "echopath/netcheck/export"},
		forbidden: []string{"echopath/netcheck/video/...", "C"},
		reason:    "the far end returns packets without looking into them, and needs no codec: it is hosted by builds without cgo too",
	},
	{
		packages:  []string{"echopath/netcheck/video/record"},
		forbidden: []string{"echopath/netcheck/video/...", "github.com/pion/..."},
		reason:    "a recording takes frames for what their fields say, and decodes nothing",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/netcheck/video/vp8", "echopath/internal/display/glprobe"},
		forbidden: []string{"C"},
		direct:    true,
		reason:    "C stands beside libvpx, which has a stand-in for builds without cgo, and in what tries OpenGL: nowhere else",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/netcheck/video/capture"},
		forbidden: []string{"github.com/pion/mediadevices/..."},
		direct:    true,
		reason:    "capture is the one adapter to cameras; others use the Source it yields",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/netcheck/video/record"},
		forbidden: []string{"github.com/at-wat/..."},
		direct:    true,
		reason:    "record is the one that knows the form of a file with video",
	},
	{
		packages:  []string{"echopath/app/cli"},
		forbidden: []string{"echopath/app/session", "echopath/netcheck/rtc/...", "echopath/netcheck/video/...", "C"},
		reason:    "the terminal makes plans and shows reports: what runs them is handed in",
	},
	{
		packages:  []string{"echopath/netcheck/nat"},
		forbidden: []string{"echopath/netcheck/rtc/...", "echopath/netcheck/natprobe", "github.com/pion/turn/...", "github.com/pion/ice/...", "github.com/pion/webrtc/..."},
		reason:    "what NATs do is asked in STUN alone: no relay and no connection is needed for it",
	},
	{
		packages:  []string{"echopath/turnserver/..."},
		forbidden: []string{"echopath/netcheck/..."},
		reason:    "the TURN server and the engine are strangers: a plan carries only ICE server URLs",
	},
	{
		packages:  []string{"echopath/netcheck/..."},
		forbidden: []string{"echopath/turnserver/..."},
		reason:    "the engine measures any TURN server and knows nothing of ours",
	},
	{
		packages:  []string{"echopath/netcheck/...", "echopath/turnserver/..."},
		forbidden: []string{"echopath/app/...", "echopath/cmd/..."},
		reason:    "front ends know what is below them, never the other way round",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath", "echopath/app/..."},
		forbidden: []string{"fyne.io/..."},
		reason:    "nothing below app knows of windows",
	},
	{
		packages:  []string{"echopath/app/present"},
		forbidden: []string{"fyne.io/...", "os/...", "echopath/app/cli/..."},
		reason:    "what people read is made for every front end alike: it knows neither window nor terminal, and asks nothing of the system",
	},
	{
		packages:  []string{"echopath/app/cli/...", "echopath/cmd/..."},
		forbidden: []string{"fyne.io/...", "github.com/go-gl/..."},
		reason:    "the terminal front end builds and runs without Fyne, OpenGL and X, on servers and in CI",
	},
	{
		packages:  []string{"echopath/app/model", "echopath/app/present", "echopath/app/prefs", "echopath/app/runner", "echopath/app/record", "echopath/app/chart/plot"},
		forbidden: []string{"fyne.io/...", "github.com/go-gl/..."},
		reason:    "what the window decides, keeps and computes is plain Go: it is tested without Fyne, and in microseconds",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath", "echopath/app/desktop"},
		forbidden: []string{"fyne.io/fyne/v2/app"},
		direct:    true,
		reason:    "the program and its wiring alone bring along the window's driver: all else is tested without C, OpenGL and a display",
	},
	{
		packages:  []string{"echopath/app/view"},
		forbidden: []string{"echopath/netcheck/rtc/...", "echopath/app/session"},
		reason:    "screens show what the model says: they connect to nothing",
	},
	{
		packages:  []string{"echopath/app/view"},
		forbidden: []string{"os/..."},
		direct:    true,
		reason:    "screens show what the model says: they read and write no files",
	},
	{
		packages: []string{"echopath/app/view", "echopath/app/widgets", "echopath/app/chart/...", "echopath/app/look", "echopath/app/model", "echopath/app/present",
			"echopath/app/prefs"},
		forbidden: []string{"echopath/netcheck/video/...", "echopath/app/runner"},
		reason:    "screens get pictures as pixels, and figures as words: codecs, cameras and recorders are the session's",
	},
	{
		packages:  []string{"echopath/app/runner"},
		forbidden: []string{"echopath/netcheck/video/...", "github.com/pion/..."},
		allowed:   []string{"echopath/netcheck/video/picture"},
		reason:    "the runner makes pixels of pictures and knows nothing of where they come from",
	},
	{
		packages:  []string{"echopath/netcheck/signaling", "echopath/netcheck/mirror"},
		forbidden: []string{"net/...", "os/...", "syscall"},
		allowed:   []string{"net/netip", "net/url"},
		direct:    true,
		reason:    "what two ends say to each other travels over wires that are handed in: no sockets and no files",
	},
	{
		packages:  []string{"echopath/netcheck/signaling", "echopath/netcheck/mirror", "echopath/app/hosting"},
		forbidden: []string{"github.com/pion/...", "github.com/coder/...", "echopath/netcheck/rtc/...", "echopath/netcheck/signaling/web", "echopath/turnserver/...", "C"},
		reason:    "messages and the words of hosting are plain data: everybody may know them, and nothing comes along",
	},
	{
		packages:  []string{"echopath/netcheck/signaling/invite"},
		forbidden: []string{anyModule},
		reason:    "an invite is a text and a secret: a leaf that uses the standard library alone",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/netcheck/signaling/web"},
		forbidden: []string{"github.com/coder/websocket/..."},
		direct:    true,
		reason:    "signaling/web is the one that knows how signalling travels over the web; others use the Wire it yields",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/netcheck/dial"},
		forbidden: []string{"github.com/mattn/go-ieproxy/..."},
		direct:    true,
		reason:    "dial is the one that asks the system for its proxy",
	},
	{
		packages:  []string{"echopath/netcheck/webprobe", "echopath/netcheck/localprobe"},
		forbidden: []string{"github.com/pion/webrtc/...", "echopath/netcheck/rtc/...", "echopath/netcheck/signaling/...", "C"},
		reason:    "what is asked of this computer and of the web needs no WebRTC and no session",
	},
	{
		packages:  []string{"echopath/internal/middlebox"},
		forbidden: []string{anyModule},
		reason:    "what stands in the way of tests knows nothing of what it stands in the way of",
	},
	{
		packages:  []string{"echopath/lab/wire"},
		forbidden: []string{anyModule},
		reason:    "the truth that the program is held against knows nothing of the program",
	},
	{
		packages:  []string{"echopath/lab/wire"},
		forbidden: []string{"net/...", "os/...", "syscall"},
		direct:    true,
		reason:    "what happens to a packet is decided by bytes and times alone, so that it can be tested without devices and clocks",
	},
	{
		packages:  []string{"echopath/lab/emulator", "echopath/lab/scenario"},
		forbidden: []string{"echopath/netcheck/...", "echopath/app/...", "echopath/turnserver/...", "echopath/internal/..."},
		reason:    "links and what they do are not the program's: it must not agree with them by mistake",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/lab/..."},
		forbidden: []string{"echopath/lab/..."},
		reason:    "the lab stands outside the program",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/internal/middlebox", "echopath/lab"},
		forbidden: []string{"echopath/internal/middlebox"},
		reason:    "a box that reads along and answers in the place of others belongs to tests and the lab: it is no part of the program",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/app/widgets"},
		forbidden: []string{"github.com/skip2/go-qrcode/..."},
		direct:    true,
		reason:    "a QR code is a picture: widgets draw it",
	},
	{
		packages:  []string{"echopath/app/view", "echopath/app/model", "echopath/app/cli", "echopath/app/present", "echopath/app/hosting"},
		forbidden: []string{"echopath/app/host", "echopath/app/session", "echopath/app/cli/wire", "echopath/turnserver/...", "echopath/netcheck/signaling/web", "github.com/coder/..."},
		reason:    "front ends know hosts and sessions by the terms of app/hosting and netcheck: what listens and connects is handed in",
	},
	{
		packages:  []string{"echopath/internal/display"},
		forbidden: []string{"github.com/go-gl/...", "fyne.io/..."},
		reason:    "the one who tries OpenGL may crash: it runs as a child, and nothing of it is linked to the judge of its end",
	},
	{
		packages:  []string{"echopath/..."},
		except:    []string{"echopath/internal/display/glprobe"},
		forbidden: []string{"github.com/go-gl/..."},
		direct:    true,
		reason:    "nobody but the probe calls OpenGL beside Fyne",
	},
}

func TestImportRules(t *testing.T) {
	for _, problem := range importProblems(loadImports(t), importRules) {
		t.Error(problem)
	}
}

// importGraph holds each package outside the standard library with what its files, tests left out, import.
type importGraph map[string][]string

// inStd tells a package of the standard library: one that the graph has no entry for.
func (g importGraph) inStd(path string) bool {
	_, ok := g[path]
	return !ok
}

func loadImports(t *testing.T) importGraph {
	t.Helper()
	touchSources(t)
	const format = `{{if not .Standard}}{{.ImportPath}} {{join .Imports " "}}{{end}}`
	list := exec.Command("go", "list", "-deps", "-tags", "migrated_fynedo", "-f", format, "./...")
	list.Dir = root
	list.Env = append(os.Environ(), "CGO_ENABLED=1") // without cgo the window's driver has no files, and is an error
	out, err := list.Output()
	if err != nil {
		if exit := new(exec.ExitError); errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	g := importGraph{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) > 0 {
			g[fields[0]] = fields[1:]
		}
	}
	return g
}

// touchSources reads the folders of the module. The go command keeps the result of a passed test until a file that the
// test itself looked at changes; what go list looks at on the test's behalf does not count.
func touchSources(t *testing.T) {
	t.Helper()
	built := []string{filepath.Join(root, "bin"), filepath.Join(root, "dist")}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		hidden := path != root && strings.HasPrefix(entry.Name(), ".")
		if err == nil && entry.IsDir() && (hidden || slices.Contains(built, path)) {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatalf("read the module's folders: %v", err)
	}
}

// importProblems says in one line each what in g breaks the rules, and which rules are about nothing.
func importProblems(g importGraph, rules []importRule) []string {
	var problems []string
	for _, r := range rules {
		for _, pattern := range r.packages {
			if !slices.ContainsFunc(g.packages(), func(p string) bool { return matches(pattern, p) }) {
				problems = append(problems, fmt.Sprintf("no package matches %s: mend the rule %q", pattern, r.reason))
			}
		}
		for _, p := range g.packages() {
			if matchesAny(r.packages, p) && !matchesAny(r.except, p) {
				problems = append(problems, r.problemsOf(g, p)...)
			}
		}
	}
	return problems
}

// problemsOf follows the imports of one package, breadth first, so that the chain it shows is a shortest one. It does
// not look behind a forbidden package: the first one on a chain is the one to mend.
func (r importRule) problemsOf(g importGraph, start string) []string {
	var problems []string
	chains := [][]string{{start}}
	seen := map[string]bool{start: true}
	for len(chains) > 0 {
		chain := chains[0]
		chains = chains[1:]
		for _, path := range g[chain[len(chain)-1]] {
			if seen[path] {
				continue
			}
			seen[path] = true
			next := append(slices.Clone(chain), path)
			switch {
			case r.forbids(g, path):
				problems = append(problems, fmt.Sprintf("%s must not import %s: %s", start, path, r.reason)+via(next))
			case !r.direct && !g.inStd(path):
				chains = append(chains, next)
			}
		}
	}
	return problems
}

func (r importRule) forbids(g importGraph, path string) bool {
	if matchesAny(r.allowed, path) {
		return false
	}
	return matchesAny(r.forbidden, path) || slices.Contains(r.forbidden, anyModule) && !g.inStd(path)
}

// via names the packages between the ends of a chain.
func via(chain []string) string {
	if len(chain) <= 2 {
		return ""
	}
	return " (by way of " + strings.Join(chain[1:len(chain)-1], ", ") + ")"
}

func (g importGraph) packages() []string {
	paths := make([]string, 0, len(g))
	for p := range g {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

func matches(pattern, path string) bool {
	tree, ok := strings.CutSuffix(pattern, "/...")
	if !ok {
		return path == pattern
	}
	return path == tree || strings.HasPrefix(path, tree+"/")
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

// The checker itself, on a made-up module: ui -> core -> {leaf, wire}, and a package whose name only begins like core's.
func TestImportProblems(t *testing.T) {
	g := importGraph{
		"m/ui":      {"fmt", "m/core", "window.org/w"},
		"m/core":    {"fmt", "m/leaf", "m/wire", "net/url"},
		"m/corella": {"window.org/w"},
		"m/leaf":    {"os"},
		"m/wire":    {"net", "rtc.org/peer"},

		"rtc.org/peer": {"net"},
		"window.org/w": nil,
	}
	tests := []struct {
		name string
		rule importRule
		want []string
	}{
		{
			name: "a rule that holds",
			rule: importRule{packages: []string{"m/core/..."}, forbidden: []string{"window.org/...", "m/ui"}},
		},
		{
			name: "a chain is followed and shown",
			rule: importRule{packages: []string{"m/ui"}, forbidden: []string{"rtc.org/..."}, reason: "why"},
			want: []string{"m/ui must not import rtc.org/peer: why (by way of m/core, m/wire)"},
		},
		{
			name: "direct looks at the package's own imports only",
			rule: importRule{packages: []string{"m/..."}, forbidden: []string{"rtc.org/..."}, direct: true, reason: "why"},
			want: []string{"m/wire must not import rtc.org/peer: why"},
		},
		{
			name: "an exception",
			rule: importRule{packages: []string{"m/..."}, except: []string{"m/wire"}, forbidden: []string{"rtc.org/..."}, direct: true},
		},
		{
			name: "any module, but for the allowed one and the standard library",
			rule: importRule{packages: []string{"m/core"}, forbidden: []string{anyModule}, allowed: []string{"m/leaf"}, reason: "why"},
			want: []string{"m/core must not import m/wire: why"},
		},
		{
			name: "what an allowed package leads to is checked too",
			rule: importRule{packages: []string{"m/core"}, forbidden: []string{anyModule}, allowed: []string{"m/leaf", "m/wire"}, reason: "why"},
			want: []string{"m/core must not import rtc.org/peer: why (by way of m/wire)"},
		},
		{
			name: "the standard library",
			rule: importRule{packages: []string{"m/..."}, forbidden: []string{"net/...", "os/..."}, allowed: []string{"net/url"}, direct: true, reason: "why"},
			want: []string{"m/leaf must not import os: why", "m/wire must not import net: why"},
		},
		{
			name: "a pattern that matches nothing",
			rule: importRule{packages: []string{"m/leaf", "m/gone/..."}, forbidden: []string{"m/ui"}, reason: "why"},
			want: []string{`no package matches m/gone/...: mend the rule "why"`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := importProblems(g, []importRule{tt.rule}); !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}
