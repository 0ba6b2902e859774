package widgets

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// fileEntry is a file or a folder in the list.
type fileEntry struct {
	name   string
	folder bool
	size   int64
	when   time.Time
}

// readFolder lists a folder: its folders, then its files of the extension. Hidden ones are left out; who wants one types it.
func readFolder(folder string, aim fileAim, extension string) ([]fileEntry, error) {
	found, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var out []fileEntry
	for _, d := range found {
		e := fileEntry{name: d.Name(), folder: d.IsDir()}
		if strings.HasPrefix(e.name, ".") {
			continue
		}
		if info, err := os.Stat(filepath.Join(folder, e.name)); err == nil { // follows links
			e.folder, e.size, e.when = info.IsDir(), info.Size(), info.ModTime()
		} else if d.Type()&fs.ModeSymlink != 0 {
			continue // it leads nowhere
		}
		other := extension != "" && !strings.EqualFold(filepath.Ext(e.name), extension)
		if !e.folder && (aim == fileFolder || other) {
			continue
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b fileEntry) int {
		if a.folder != b.folder {
			if a.folder {
				return -1
			}
			return 1
		}
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
	return out, nil
}

func (e fileEntry) icon() fyne.Resource {
	icon := theme.NewThemedResource(theme.FileIcon())
	icon.ColorName = look.ColorMuted
	if e.folder {
		icon = theme.NewThemedResource(theme.FolderIcon())
		icon.ColorName = theme.ColorNamePrimary
	}
	return icon
}

func (e fileEntry) sizeText() string {
	if e.folder {
		return ""
	}
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, u := float64(e.size), 0
	for v >= 1000 && u < len(units)-1 {
		v, u = v/1000, u+1
	}
	decimals := 0
	if u > 0 && v < 10 {
		decimals = 1
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + " " + units[u]
}

func (e fileEntry) whenText() string {
	if e.when.IsZero() {
		return ""
	}
	return e.when.Format("2006-01-02 15:04")
}

// hint is a name that is longer than its column.
func (e fileEntry) hint(width float32) string {
	if plainStyle.measure(e.name).Width <= fileNameWidth(rowWidth(width)) {
		return ""
	}
	return e.name
}

func (f *fileDialog) fill(row fyne.CanvasObject, i int) { row.(*fileRow).show(f.entries[i]) }

// fileRow is a drawn file or folder.
type fileRow struct {
	widget.BaseWidget
	entry            fileEntry
	icon             *widget.Icon
	name, size, when *canvas.Text
}

func newFileRow() fyne.CanvasObject {
	r := &fileRow{
		icon: widget.NewIcon(theme.FileIcon()),
		name: plainStyle.newText("", fyne.TextAlignLeading),
		size: mutedStyle.newText("", fyne.TextAlignTrailing),
		when: mutedStyle.newText("", fyne.TextAlignTrailing),
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *fileRow) show(e fileEntry) {
	if r.entry == e {
		return
	}
	if r.entry.folder != e.folder || r.entry.name == "" {
		r.icon.SetResource(e.icon())
	}
	r.entry = e
	r.write()
}

func (r *fileRow) write() {
	write(r.name, plainStyle.fit(r.entry.name, fileNameWidth(r.Size().Width)), plainStyle)
	write(r.size, r.entry.sizeText(), mutedStyle)
	write(r.when, r.entry.whenText(), mutedStyle)
}

// Columns of the list.
const fileIcon = 24

func fileSizeWidth() float32 { return plainStyle.measure("999.9 MB").Width }
func fileWhenWidth() float32 { return plainStyle.measure("2026-12-30 23:59").Width + 16 }
func fileNameWidth(row float32) float32 {
	return max(row-fileIcon-fileSizeWidth()-fileWhenWidth()-8, 1)
}

// CreateRenderer implements fyne.Widget.
func (r *fileRow) CreateRenderer() fyne.WidgetRenderer { return &fileRowRenderer{r} }

type fileRowRenderer struct{ r *fileRow }

func (w *fileRowRenderer) Destroy()           {}
func (w *fileRowRenderer) MinSize() fyne.Size { return fyne.NewSize(1, listRowHeight()) }
func (w *fileRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{w.r.icon, w.r.name, w.r.size, w.r.when}
}

func (w *fileRowRenderer) Layout(size fyne.Size) {
	r := w.r
	side := theme.Size(theme.SizeNameInlineIcon)
	r.icon.Move(fyne.NewPos(0, (size.Height-side)/2))
	r.icon.Resize(fyne.NewSquareSize(side))
	put := func(t *canvas.Text, x, width float32) {
		t.Move(fyne.NewPos(x, 0))
		t.Resize(fyne.NewSize(width, size.Height))
	}
	put(r.name, fileIcon, fileNameWidth(size.Width))
	put(r.size, size.Width-fileWhenWidth()-fileSizeWidth(), fileSizeWidth())
	put(r.when, size.Width-fileWhenWidth(), fileWhenWidth())
	r.write()
}

func (w *fileRowRenderer) Refresh() {
	w.Layout(w.r.Size())
	canvas.Refresh(w.r)
}
