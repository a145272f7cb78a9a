using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;

namespace BillingCopilot.Bot.Identity;

/// <summary>
/// Which browser sign-ins have ended, so that neither a copied cookie nor a page that stayed open in another tab
/// goes on with one. Kept in this process for as long as a cookie can live.
/// </summary>
public sealed class Sessions(TimeProvider time)
{
    /// <summary>How long a sign-in lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private const string SessionClaim = "session";
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    /// <summary>A session ended. Raised on the thread of the request that ended it.</summary>
    public event Action? OnEnded;

    /// <summary>The session of a principal; null for one that did not sign in by browser.</summary>
    public static string? Of(ClaimsPrincipal principal) => principal.FindFirstValue(SessionClaim);

    /// <summary>A session for a new sign-in.</summary>
    public static Claim New() => new(SessionClaim, RandomNumberGenerator.GetHexString(32, lowercase: true));

    public bool IsOpen(string? session) => session is not null && !_ended.ContainsKey(session);

    public void End(ClaimsPrincipal principal)
    {
        var now = time.GetUtcNow();
        foreach (var (old, at) in _ended)
        {
            if (now - at > Lifetime)
            {
                _ended.TryRemove(old, out _);
            }
        }

        if (Of(principal) is { } session && _ended.TryAdd(session, now))
        {
            OnEnded?.Invoke();
        }
    }
}
