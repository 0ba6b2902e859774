package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Mode is the choice between light and dark.
type Mode string

// The modes.
const (
	ModeSystem Mode = "system"
	ModeLight  Mode = "light"
	ModeDark   Mode = "dark"
)

// New gives the program's theme.
func New(m Mode) fyne.Theme { return look{mode: m, base: theme.DefaultTheme()} }

type look struct {
	mode Mode
	base fyne.Theme
}

// variant is the asked one, or the system's.
func (l look) variant(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch l.mode {
	case ModeLight:
		return theme.VariantLight
	case ModeDark:
		return theme.VariantDark
	}
	return system
}

// Variant tells whether the current theme is light or dark.
func Variant() fyne.ThemeVariant {
	app := fyne.CurrentApp()
	system := app.Settings().ThemeVariant()
	if l, ok := app.Settings().Theme().(look); ok {
		return l.variant(system)
	}
	return system
}

// Color implements fyne.Theme.
func (l look) Color(name fyne.ThemeColorName, system fyne.ThemeVariant) color.Color {
	v := l.variant(system)
	if c, ok := colors[name]; ok {
		return c.in(v)
	}
	return l.base.Color(name, v)
}

// Size implements fyne.Theme.
func (l look) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return l.base.Size(name)
}

// Font implements fyne.Theme. Fyne's own font has digits of one width, so figures do not jitter when they change.
func (l look) Font(s fyne.TextStyle) fyne.Resource { return l.base.Font(s) }

// Icon implements fyne.Theme.
func (l look) Icon(name fyne.ThemeIconName) fyne.Resource { return l.base.Icon(name) }

// Sizes are a little tighter than Fyne's, which are made for touch as well: 900 x 600 must hold the whole screen.
var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:            13,
	theme.SizeNameCaptionText:     11,
	theme.SizeNameSubHeadingText:  15,
	theme.SizeNameHeadingText:     20,
	theme.SizeNamePadding:         4,
	theme.SizeNameInnerPadding:    6,
	theme.SizeNameInputRadius:     6,
	theme.SizeNameSelectionRadius: 4,
	theme.SizeNameInlineIcon:      18,
}

var colors = map[fyne.ThemeColorName]pair{
	theme.ColorNameBackground:          {rgb(0xffffff), rgb(0x1b2027)},
	theme.ColorNameForeground:          {rgb(0x1a1f27), rgb(0xe8ebf0)},
	theme.ColorNamePrimary:             {rgb(0x1463c4), rgb(0x3d8bfd)},
	theme.ColorNameForegroundOnPrimary: {rgb(0xffffff), rgb(0x0b1220)},
	theme.ColorNameHyperlink:           {rgb(0x1463c4), rgb(0x6aa9ff)},
	theme.ColorNameFocus:               {color.NRGBA{0x14, 0x63, 0xc4, 0x55}, color.NRGBA{0x3d, 0x8b, 0xfd, 0x66}},
	theme.ColorNameSelection:           {color.NRGBA{0x14, 0x63, 0xc4, 0x33}, color.NRGBA{0x3d, 0x8b, 0xfd, 0x44}},
	theme.ColorNameHover:               {color.NRGBA{0x1a, 0x1f, 0x27, 0x0f}, color.NRGBA{0xff, 0xff, 0xff, 0x12}},
	theme.ColorNamePressed:             {color.NRGBA{0x1a, 0x1f, 0x27, 0x22}, color.NRGBA{0xff, 0xff, 0xff, 0x28}},
	theme.ColorNameButton:              {rgb(0xe6e9ee), rgb(0x2a3039)},
	theme.ColorNameDisabledButton:      {rgb(0xeceef2), rgb(0x22272f)},
	theme.ColorNameDisabled:            {rgb(0x8b94a3), rgb(0x6c7686)},
	theme.ColorNamePlaceHolder:         {rgb(0x737d8c), rgb(0x8a94a4)},
	theme.ColorNameInputBackground:     {rgb(0xffffff), rgb(0x1f242c)},
	theme.ColorNameInputBorder:         {rgb(0xc5ccd6), rgb(0x3b4451)},
	theme.ColorNameMenuBackground:      {rgb(0xffffff), rgb(0x1f242c)},
	theme.ColorNameOverlayBackground:   {rgb(0xffffff), rgb(0x1b2027)},
	theme.ColorNameHeaderBackground:    {rgb(0xeceff3), rgb(0x1c2128)},
	theme.ColorNameSeparator:           {rgb(0xdfe3e9), rgb(0x2c333d)},
	theme.ColorNameScrollBar:           {color.NRGBA{0x1a, 0x1f, 0x27, 0x66}, color.NRGBA{0xff, 0xff, 0xff, 0x55}},
	theme.ColorNameShadow:              {color.NRGBA{0x10, 0x18, 0x28, 0x30}, color.NRGBA{0, 0, 0, 0x80}},
	theme.ColorNameError:               {rgb(0xc0271d), rgb(0xff7b72)},
	theme.ColorNameWarning:             {rgb(0x9a5b00), rgb(0xf0b429)},
	theme.ColorNameSuccess:             {rgb(0x0b7a4b), rgb(0x3ecf8e)},

	ColorRaised:   {rgb(0xedf0f4), rgb(0x2a313b)},
	ColorBorder:   {rgb(0xdde2e9), rgb(0x2b323c)},
	ColorMuted:    {rgb(0x586272), rgb(0x9aa4b3)},
	ColorFaint:    {rgb(0x7b8594), rgb(0x7a8494)},
	ColorRowOver:  {rgb(0xf0f4fa), rgb(0x232a33)},
	ColorScreen:   {rgb(0x222933), rgb(0x0e1216)},
	ColorOnScreen: {rgb(0xc6cdd8), rgb(0x9aa4b3)},
	ColorGood:     {rgb(0x0b7a4b), rgb(0x3ecf8e)},
	ColorFair:     {rgb(0x9a5b00), rgb(0xf0b429)},
	ColorPoor:     {rgb(0xc0271d), rgb(0xff7b72)},
	ColorGoodBack: {rgb(0xe4f5ec), rgb(0x12281f)},
	ColorFairBack: {rgb(0xfdf2dc), rgb(0x2e2413)},
	ColorPoorBack: {rgb(0xfdeaE8), rgb(0x331a1a)},
}
