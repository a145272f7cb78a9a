using System.Net;
using System.Text.RegularExpressions;

namespace BillingCopilot.Flows.Support;

/// <summary>A client with cookies, signed in through the people picker as a browser would be.</summary>
internal static partial class Browser
{
    public static async Task<HttpClient> SignInAsync(Uri address, string person)
    {
        var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = address };
        var page = await http.GetStringAsync("/");
        var token = Token().Match(page).Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("person", person), new("__RequestVerificationToken", token)]);
        using var answer = await http.PostAsync("/auth/local", form);
        return answer.StatusCode == HttpStatusCode.Redirect ? http : throw new InvalidOperationException($"Sign-in answered {(int)answer.StatusCode}.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
