package config

import _ "embed"

// Example loads to Default; a test holds it to that.
//
//go:embed config.example.yaml
var Example string
