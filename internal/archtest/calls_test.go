package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// callRule forbids what the list of imports does not show: statements and calls in the files of some folders, their tests left
// out.
type callRule struct {
	folders []string // below the module's root; each with all below it
	except  []string // but not these
	finds   func(n ast.Node, imported map[string]string) string
	reason  string
}

var callRules = []callRule{
	{
		folders: []string{"app/view", "app/widgets", "app/chart", "app/model", "app/present", "app/look"},
		finds:   goStatements,
		reason:  "everything in a window belongs to the goroutine that draws: what takes time is asked of view.Deps",
	},
	{
		folders: []string{"."},
		except:  []string{"app/desktop"},
		finds:   hops,
		reason:  "there is one hop to the goroutine that draws in the whole program: app/desktop hands it out as Post",
	},
	{
		folders: []string{"app/view", "app/chart", "app/model", "app/present", "app/look"},
		except:  []string{"app/present/presenttest"},
		finds:   system,
		reason:  "screens and charts read and write no files and know no environment (only the file dialog of app/widgets lists folders)",
	},
}

func goStatements(n ast.Node, _ map[string]string) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "starts a goroutine"
	case *ast.SelectorExpr: // of a WaitGroup and its like; functions of time and Fyne that call back from elsewhere
		if slices.Contains([]string{"Go", "AfterFunc", "NewAnimation"}, n.Sel.Name) {
			return "uses " + n.Sel.Name + ", which starts a goroutine"
		}
	}
	return ""
}

// hops finds fyne.Do and fyne.DoAndWait, called or handed on.
func hops(n ast.Node, imported map[string]string) string {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "Do" && s.Sel.Name != "DoAndWait" {
		return ""
	}
	if x, ok := s.X.(*ast.Ident); ok && imported[x.Name] == "fyne.io/fyne/v2" {
		return "uses fyne." + s.Sel.Name
	}
	return ""
}

func system(n ast.Node, _ map[string]string) string {
	i, ok := n.(*ast.ImportSpec)
	if !ok {
		return ""
	}
	if path, _ := strconv.Unquote(i.Path.Value); matchesAny([]string{"os/...", "io/ioutil", "syscall", "net/http"}, path) {
		return "imports " + path
	}
	return ""
}

func TestCallRules(t *testing.T) {
	for _, r := range callRules {
		for _, folder := range r.folders {
			problems, files := r.problems(t, folder)
			if files == 0 {
				t.Errorf("there are no Go files in %s: mend the rule %q", folder, r.reason)
			}
			for _, p := range problems {
				t.Error(p)
			}
		}
	}
}

// problems walks a folder and says in a line each what breaks the rule.
func (r callRule) problems(t *testing.T, folder string) (problems []string, files int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if entry.IsDir() {
			skipped := name != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || slices.Contains(r.except, filepath.ToSlash(name))
			if skipped {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		problems = append(problems, r.inFile(set, name, file)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return problems, files
}

func (r callRule) inFile(set *token.FileSet, name string, file *ast.File) []string {
	var problems []string
	imported := importNames(file)
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		if what := r.finds(n, imported); what != "" {
			problems = append(problems, fmt.Sprintf("%s:%d %s: %s", filepath.ToSlash(name), set.Position(n.Pos()).Line, what, r.reason))
		}
		return true
	})
	return problems
}

// importNames gives the paths of a file's imports by the names that they have in it. A version at the end of a path is no name.
func importNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		parts := strings.Split(path, "/")
		name := parts[len(parts)-1]
		if _, err := strconv.Atoi(strings.TrimPrefix(name, "v")); err == nil && len(parts) > 1 {
			name = parts[len(parts)-2]
		}
		if i.Name != nil {
			name = i.Name.Name
		}
		names[name] = path
	}
	return names
}

// The checker itself, on made-up files.
func TestCallRulesFindWhatTheyForbid(t *testing.T) {
	const head = "package p\n"
	for text, want := range map[string]int{
		head + `func f() { go g() }`: 1,
		head + "import \"fyne.io/fyne/v2\"\nfunc f() { fyne.Do(nil); x := fyne.DoAndWait }": 2,
		head + "import f \"fyne.io/fyne/v2\"\nvar post = f.Do":                              1,
		head + "import \"sync\"\nvar once sync.Once\nfunc f() { once.Do(nil) }":             0,
		head + "import \"path/filepath\"\nimport \"os\"\nimport \"os/exec\"":                2,
		head + `func f() { defer g(); h() }`:                                                0,
	} {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, "p.go", text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, finds := range []func(ast.Node, map[string]string) string{goStatements, hops, system} {
			got = append(got, callRule{finds: finds, reason: "why"}.inFile(set, "p.go", file)...)
		}
		if len(got) != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
