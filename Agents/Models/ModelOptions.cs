namespace BillingCopilot.Agents.Models;

/// <summary>Which model answers. Section <c>Model</c>.</summary>
public sealed class ModelOptions
{
    /// <summary><c>rules</c> (default; needs nothing) or <c>openai</c> (any endpoint that speaks its protocol).</summary>
    public string Provider { get; set; } = ModelFactory.Rules;

    /// <summary>The provider's name of the model; required but for <c>rules</c>.</summary>
    public string? Name { get; set; }

    /// <summary>Base address; null means the provider's own.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Key; may be empty for a local endpoint. Never logged.</summary>
    public string? ApiKey { get; set; }

    /// <summary>What is wrong with the settings; empty when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (!ModelFactory.Providers.Contains(Provider))
        {
            yield return $"Model:Provider is '{Provider}'; allowed: {string.Join(", ", ModelFactory.Providers)}.";
        }
        else if (Provider != ModelFactory.Rules && string.IsNullOrWhiteSpace(Name))
        {
            yield return $"Model:Name is needed with Model:Provider={Provider}.";
        }

        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return $"Model:Endpoint is '{Endpoint}', which is not an http or https address.";
        }

        if (Provider == ModelFactory.OpenAI && Endpoint is null && string.IsNullOrWhiteSpace(ApiKey))
        {
            yield return "Model:ApiKey is needed with Model:Provider=openai when no Model:Endpoint is given.";
        }
    }
}
