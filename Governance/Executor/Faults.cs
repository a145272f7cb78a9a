using System.Diagnostics;
using System.Net.Sockets;

namespace BillingCopilot.Governance.Executor;

/// <summary>Exceptions for a log line: kinds, causes and the place, never a message, which may quote a customer or a key.</summary>
internal static class Faults
{
    public static string Describe(Exception fault)
    {
        var kinds = Chain(fault).Select(Kind);
        var place = new StackTrace(fault).GetFrame(0)?.GetMethod();
        return string.Join(" <- ", kinds) + (place is null ? "" : $" at {place.DeclaringType?.Name}.{place.Name}");
    }

    private static IEnumerable<Exception> Chain(Exception fault)
    {
        for (var e = fault; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }

    private static string Kind(Exception e) => e switch
    {
        SocketException socket => $"{nameof(SocketException)}:{socket.SocketErrorCode}",
        HttpRequestException http => $"{nameof(HttpRequestException)}:{http.HttpRequestError}",
        _ => e.GetType().Name,
    };
}
