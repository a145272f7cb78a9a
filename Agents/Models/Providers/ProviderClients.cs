using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>The providers' own client libraries, without their repetitions and time limits: those are the same for all and come on top.</summary>
internal static class ProviderClients
{
    /// <summary>What Anthropic's protocol requires and a prompt may leave out.</summary>
    private const int DefaultOutputTokens = 2048;

    public static IChatClient Create(ModelChoice choice, TimeProvider time) => choice.Provider switch
    {
        ModelFactory.OpenAI or ModelFactory.AzureOpenAI => OpenAI(choice, time),
        ModelFactory.Anthropic => Anthropic(choice, time),
        ModelFactory.Ollama => new OllamaApiClient(Http(choice, time, Address(choice)), choice.Name!),
        _ => throw new InvalidOperationException($"No client for provider '{choice.Provider}'."),
    };

    /// <summary>Where the provider's API begins.</summary>
    public static Uri Address(ModelChoice choice) => choice.Provider switch
    {
        ModelFactory.AzureOpenAI => AzureV1(choice.Endpoint!),
        ModelFactory.Anthropic => new Uri(choice.Endpoint ?? "https://api.anthropic.com"),
        ModelFactory.Ollama => new Uri(choice.Endpoint ?? "http://127.0.0.1:11434"),
        _ => new Uri(choice.Endpoint ?? "https://api.openai.com/v1"),
    };

    /// <summary>No redirects, so that a key goes to the configured address only; no time limit of its own.</summary>
    public static HttpClient Http(ModelChoice choice, TimeProvider time, Uri? address = null) => new(new StatusHandler(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(15) },
        choice.Label,
        choice.ApiKey,
        time)
    {
        KeyHeader = choice.Provider switch { ModelFactory.AzureOpenAI => "api-key", ModelFactory.Anthropic => "x-api-key", _ => null },
    })
    {
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static IChatClient OpenAI(ModelChoice choice, TimeProvider time)
    {
        var settings = new OpenAIClientOptions
        {
            Endpoint = Address(choice),
            Transport = new HttpClientPipelineTransport(Http(choice, time)),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };

        // Local servers take any key, but the client insists on one.
        var key = new ApiKeyCredential(string.IsNullOrWhiteSpace(choice.ApiKey) ? "none" : choice.ApiKey);
        return new OpenAIClient(key, settings).GetChatClient(choice.Name!).AsIChatClient();
    }

    private static IChatClient Anthropic(ModelChoice choice, TimeProvider time) => new AnthropicClient
    {
        ApiKey = string.IsNullOrWhiteSpace(choice.ApiKey) ? "none" : choice.ApiKey,
        BaseUrl = Address(choice).ToString().TrimEnd('/'),
        HttpClient = Http(choice, time),
        MaxRetries = 0,
        Timeout = TimeSpan.FromHours(2),
    }.AsIChatClient(choice.Name!, DefaultOutputTokens);

    /// <summary>The endpoint that speaks OpenAI's protocol without an API version, whatever part of it was given.</summary>
    private static Uri AzureV1(string endpoint)
    {
        var given = endpoint.TrimEnd('/');
        return new Uri(given.EndsWith("/openai/v1", StringComparison.OrdinalIgnoreCase) ? given + "/" : given + "/openai/v1/");
    }
}
