package factory

import (
	"context"

	"github.com/robosystems/kuzuclient/transport"
)

// keys chooses where the API key comes from.
func (f *Factory) keys(ctx context.Context) (transport.KeyProvider, error) {
	switch {
	case f.cfg.Keys != nil:
		return f.cfg.Keys, nil
	case f.cfg.APIKey != "" || !deployed(f.cfg.Environment):
		return transport.StaticKey(f.cfg.APIKey), nil
	}
	aws, closeAWS, err := awsConfig(ctx, &f.cfg)
	if err != nil {
		return nil, err
	}
	f.ends = append(f.ends, closeAWS)
	return NewSecretsManagerKey(aws, "robosystems/"+f.cfg.Environment+"/kuzu"), nil
}
