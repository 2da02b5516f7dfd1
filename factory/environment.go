package factory

import (
	"errors"
	"fmt"
	"os"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// ConfigFromEnv reads the process's environment; see [ConfigFrom].
func ConfigFromEnv() (Config, error) { return ConfigFrom(os.LookupEnv) }

// ConfigFrom reads variables through lookup, which tells whether one is set;
// docs/configuration.md lists them. One that is not set has its default. The
// error, of [transport.KindConfiguration], names every variable that is wrong,
// what it holds unless that is secret, and what it may hold; also those that
// others overrule.
func ConfigFrom(lookup func(string) (string, bool)) (Config, error) {
	c := DefaultConfig()
	var faults []error
	for i := range settings {
		s := &settings[i]
		decided := false
		for _, variable := range s.names {
			held, set := lookup(variable)
			if !set {
				continue
			}
			into := &c
			if decided {
				into = new(DefaultConfig()) // checked, and of no effect
			}
			if wrong := s.set(into, held); wrong != "" {
				faults = append(faults, fmt.Errorf("%s is %s; it must be %s", variable, s.shown(held), wrong))
			}
			decided = true
		}
	}
	var err error
	if c.Resilience, err = resilience.ConfigFrom(lookup); err != nil {
		faults = append(faults, err)
	}
	return c, configurationError(faults)
}

// check finds everything that is wrong with a Config, wherever it came from.
func (c *Config) check() error {
	var faults []error
	for i := range settings {
		if wrong := settings[i].check(c); wrong != "" {
			faults = append(faults, fmt.Errorf("%s: the value in the Config, %s, is wrong; it must be %s",
				settings[i].names[0], settings[i].shown(settings[i].show(c)), wrong))
		}
	}
	return configurationError(append(faults, c.checkTiers()...))
}

// checkTiers checks what has no variable.
func (c *Config) checkTiers() []error {
	var faults []error
	for tier, capacity := range c.TierCapacity {
		if capacity < 1 {
			faults = append(faults, fmt.Errorf("TierCapacity of %q is %d; it must be positive", tier, capacity))
		}
	}
	return faults
}

func configurationError(faults []error) error {
	if err := errors.Join(faults...); err != nil {
		return &transport.Error{Kind: transport.KindConfiguration, Err: err}
	}
	return nil
}
