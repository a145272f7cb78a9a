using System.Security.Cryptography;
using System.Text;

namespace BillingCopilot.Plugins.Mail;

/// <summary>A customer's mail address, as far as it may be shown.</summary>
internal static class Recipient
{
    /// <summary><c>a***@acme.example</c>.</summary>
    public static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 1 ? "***" : $"{address[0]}***{address[at..]}";
    }

    /// <summary>Tells two addresses apart without keeping either.</summary>
    public static string Digest(string address) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Trim().ToLowerInvariant())))[..16];
}
