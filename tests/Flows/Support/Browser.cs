using System.Net;
using System.Text.RegularExpressions;

namespace BillingCopilot.Flows.Support;

/// <summary>A client with cookies, signed in through the people picker as a browser would be.</summary>
internal static partial class Browser
{
    public static async Task<HttpClient> SignInAsync(Uri address, string person, string? tenant = null, CookieContainer? cookies = null)
    {
        var http = new HttpClient(new HttpClientHandler { CookieContainer = cookies ?? new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = address };
        var page = await http.GetStringAsync("/");
        var token = Token().Match(page).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("person", person), new("__RequestVerificationToken", token), .. tenant is null ? [] : new KeyValuePair<string, string>[] { new("tenant", tenant) }]);
        using var answer = await http.PostAsync("/auth/local", form);
        return answer.StatusCode == HttpStatusCode.Redirect ? http : throw new InvalidOperationException($"Sign-in answered {(int)answer.StatusCode}.");
    }

    /// <summary>Posts the form of the page's sign-out button.</summary>
    public static async Task SignOutAsync(HttpClient http)
    {
        var token = Token().Match(await http.GetStringAsync("/")).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]);
        using var answer = await http.PostAsync("/auth/sign-out", form);
        if (answer.StatusCode != HttpStatusCode.Redirect)
        {
            throw new InvalidOperationException($"Sign-out answered {(int)answer.StatusCode}.");
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
