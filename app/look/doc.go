// Package look is how the window looks: the theme, light and dark, and the colours that mean something (tones of a verdict, one
// colour for each path). It owns colours, sizes and fonts, and nothing else; it holds no state and no texts.
//
// No colour stands alone: a tone always comes with a shape and a word, a path with its name, a carrier with a line style.
package look
