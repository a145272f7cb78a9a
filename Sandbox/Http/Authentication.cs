using System.Text;

namespace BillingCopilot.Sandbox.Http;

/// <summary>Finds the key of a request and checks what it may do.</summary>
internal sealed class Authentication(IEnumerable<SandboxKey> keys)
{
    private readonly Dictionary<string, SandboxKey> _keys = keys.ToDictionary(k => k.Secret, StringComparer.Ordinal);

    public SandboxKey Identify(string? header)
    {
        var secret = Secret(header) ?? throw new ApiError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        return _keys.GetValueOrDefault(secret) ?? throw new ApiError(401, $"Invalid API Key provided: {Mask(secret)}");
    }

    public static void Require(SandboxKey key, string? permission, string account)
    {
        if (permission is not null && !key.Allows(permission))
        {
            throw new ApiError(
                403,
                $"The provided key '{Mask(key.Secret)}' does not have the required permissions for this endpoint on account '{account}'. "
                + $"Having the 'rak_{permission}' permission would allow this request to continue.");
        }
    }

    private static string? Secret(string? header)
    {
        var parts = header?.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["Bearer", var token] => token,
            ["Basic", var basic] => FromBasic(basic),
            _ => null,
        };
    }

    private static string? FromBasic(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length).Split(':')[0]
            : null;
    }

    private static string Mask(string secret) =>
        secret.Length <= 12 ? "****" : $"{secret[..8]}{new string('*', secret.Length - 12)}{secret[^4..]}";
}
