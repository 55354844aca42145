import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Posts a file as HttpURLConnection does: all of it is written before the answer is read. Headers follow as name and value. */
public class Post {
    public static void main(String[] arguments) throws Exception {
        byte[] message = Files.readAllBytes(Path.of(arguments[1]));
        HttpURLConnection connection = (HttpURLConnection) URI.create(arguments[0]).toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(message.length);
        for (int i = 2; i < arguments.length; i += 2) {
            connection.setRequestProperty(arguments[i], arguments[i + 1]);
        }
        try (OutputStream out = connection.getOutputStream()) {
            out.write(message);
        }
        int status = connection.getResponseCode();
        InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        System.out.println(status + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
}
