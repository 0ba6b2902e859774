# shellcheck shell=bash disable=SC2034
# What the scripts share: they source it.

# Fyne's word that the program touches widgets on the UI goroutine only; without it Fyne checks every call, slowly. Every go command
# that meets Fyne has it, so that all of them share one compiled Fyne: from nothing it takes some minutes.
TAGS=migrated_fynedo

# Whoever imports this, by whatever way, brings along the window's driver: C code and OpenGL.
DRIVER=github.com/go-gl/glfw/v3.4/glfw
