package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"rivgate/cmd/rivgate/cli"
)

// version is set by the linker in releases.
var version string

// VersionCommand prints what this binary is.
type VersionCommand struct{}

// Run prints version, commit and Go version.
func (*VersionCommand) Run(s *cli.Session) error {
	v := map[string]string{"version": versionText(), "go": runtime.Version(), "commit": ""}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, b := range info.Settings {
			if b.Key == "vcs.revision" {
				v["commit"] = b.Value
			}
		}
	}
	return s.Show(v, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "rivgate %s %s %s\n", v["version"], cli.Cell(v["commit"]), v["go"])
		return err
	})
}

// versionText is the version for pages and metrics.
func versionText() string {
	if version == "" {
		return "development"
	}
	return version
}
