using System.Collections;
using System.Reflection;
using BillingCopilot.Sandbox.Http;
using Newtonsoft.Json;
using Stripe;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>Which parameters Stripe.net can send to which route: every service method is called once and its options read.</summary>
internal static class ParameterList
{
    private const int MaxDepth = 4;

    /// <summary>Lines such as <c>POST /v1/refunds: amount charge …</c>, in order.</summary>
    public static List<string> Lines(Router router)
    {
        var client = new StripeClient(new StripeClientOptions { ApiKey = "sk_" + "test", HttpClient = new Listener(), ApiBase = "http://127.0.0.1:9" });
        var routes = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (service, method, options) in Methods(client.V1, 0))
        {
            Listener.Last = null;
            var arguments = method.GetParameters().Select(p => p.ParameterType == typeof(string) ? "x" : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null).ToArray();
            try
            {
                (method.Invoke(service, arguments) as Task)?.GetAwaiter().GetResult();
            }
            catch (Exception error) when (error is StripeException or TargetInvocationException or NotSupportedException)
            {
                // What came back does not matter: the request was seen.
            }

            if (Listener.Last is { } request && router.Find(request.Method, request.Path) is { } found)
            {
                var name = $"{found.Operation.Method} {found.Operation.Template}";
                if (!routes.TryGetValue(name, out var known))
                {
                    routes[name] = known = new SortedSet<string>(StringComparer.Ordinal);
                }

                known.UnionWith(Names(options, "", 0));
            }
        }

        return [.. routes.Select(route => $"{route.Key}: {string.Join(' ', route.Value)}")];
    }

    private static IEnumerable<(object Service, MethodInfo Method, Type Options)> Methods(object service, int depth)
    {
        foreach (var method in service.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (method.Name.EndsWith("Async", StringComparison.Ordinal) && !method.IsGenericMethod && typeof(Task).IsAssignableFrom(method.ReturnType)
                && method.GetParameters().FirstOrDefault(p => typeof(BaseOptions).IsAssignableFrom(p.ParameterType)) is { } options)
            {
                yield return (service, method, options.ParameterType);
            }
        }

        if (depth > 3)
        {
            yield break;
        }

        foreach (var property in service.GetType().GetProperties().Where(p => p.PropertyType.Name.EndsWith("Service", StringComparison.Ordinal) || p.PropertyType.Namespace?.StartsWith("Stripe", StringComparison.Ordinal) == true && p.PropertyType.Name.EndsWith("Services", StringComparison.Ordinal)))
        {
            if (property.GetIndexParameters().Length == 0 && property.GetValue(service) is { } inner)
            {
                foreach (var found in Methods(inner, depth + 1))
                {
                    yield return found;
                }
            }
        }
    }

    private static IEnumerable<string> Names(Type type, string prefix, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) && !typeof(IDictionary).IsAssignableFrom(type))
        {
            type = type.GetGenericArguments()[0];
        }

        if (depth >= MaxDepth || type.Namespace?.StartsWith("Stripe", StringComparison.Ordinal) != true)
        {
            yield break;
        }

        var choices = type.IsGenericType && type.Name.StartsWith("AnyOf", StringComparison.Ordinal) ? type.GetGenericArguments() : [type];
        foreach (var choice in choices)
        {
            foreach (var property in choice.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.GetCustomAttribute<JsonPropertyAttribute>()?.PropertyName is { } name)
                {
                    yield return prefix + name;
                    foreach (var inner in Names(property.PropertyType, $"{prefix}{name}.", depth + 1))
                    {
                        yield return inner;
                    }
                }
            }
        }
    }

    /// <summary>Takes requests and answers nothing of use.</summary>
    private sealed class Listener : IHttpClient
    {
        public static (string Method, string Path)? Last { get; set; }

        public Task<StripeResponse> MakeRequestAsync(StripeRequest request, CancellationToken cancellationToken = default)
        {
            Last = (request.Method.Method, request.Uri.AbsolutePath);
            throw new NotSupportedException();
        }

        public Task<StripeStreamedResponse> MakeStreamingRequestAsync(StripeRequest request, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
