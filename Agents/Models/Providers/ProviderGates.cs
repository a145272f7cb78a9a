using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>
/// One breaker a provider and address, shared by all its models: a provider that is down is found out once. In
/// front of it the repetitions, which wait as long as the provider asks.
/// </summary>
internal sealed class ProviderGates(ModelOptions options, TimeProvider time)
{
    private readonly Dictionary<string, ResiliencePipeline> _pipelines = new(StringComparer.Ordinal);

    public ModelOptions Options => options;

    public TimeProvider Time => time;

    public ResiliencePipeline For(ModelChoice choice)
    {
        var key = $"{choice.Provider} {ProviderClients.Address(choice)}";
        return _pipelines.TryGetValue(key, out var known) ? known : _pipelines[key] = Build();
    }

    private ResiliencePipeline Build()
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = TimeSpan.FromMilliseconds(500),
                BackoffType = DelayBackoffType.Exponential,
                MaxDelay = TimeSpan.FromSeconds(8),
                ShouldHandle = a => ValueTask.FromResult(a.Outcome.Exception is ModelException { IsPassing: true } e && !(e.RetryAfter > TimeSpan.FromSeconds(options.MaxWaitSeconds))),
                DelayGenerator = a => ValueTask.FromResult((a.Outcome.Exception as ModelException)?.RetryAfter),
            });
        }

        return builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.9,
            MinimumThroughput = options.BreakerFailures,
            SamplingDuration = TimeSpan.FromMinutes(1),
            BreakDuration = TimeSpan.FromSeconds(options.BreakerSeconds),
            ShouldHandle = a => ValueTask.FromResult(a.Outcome.Exception is ModelException { IsPassing: true }),
        }).Build();
    }
}
